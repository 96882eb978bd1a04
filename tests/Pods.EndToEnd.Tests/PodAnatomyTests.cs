using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>What a pod is made of: the facts of the product's heart, seen from /proc.</summary>
public sealed class PodAnatomyTests
{
    [SkippableFact]
    public async Task Pause_and_apps_have_one_shim_as_parent_and_share_net_uts_and_ipc_but_not_mnt_and_pid()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        JsonNode pod = await podsd.RunPodAsync(Manifest.Two("anatomy", Manifest.Forever, Manifest.Forever), "anatomy");
        int first = await podsd.PidOfAsync(pod, "first"), second = await podsd.PidOfAsync(pod, "second");

        int shim = Assert.Single(podsd.Containerd.Shims());
        ProcessEntry[] children = [.. ProcessTable.ChildrenOf(shim)];
        ProcessEntry pause = Assert.Single(children, c => c.CommandLine[0].EndsWith("pause"));

        Assert.Equal([first, second, pause.Pid], children.Select(c => c.Pid).OrderBy(p => p == pause.Pid).ThenBy(p => p == second));
        foreach (string shared in new[] { "net", "uts", "ipc" })
        {
            Assert.Equal(ProcessTable.Namespace(pause.Pid, shared), ProcessTable.Namespace(first, shared));
            Assert.Equal(ProcessTable.Namespace(pause.Pid, shared), ProcessTable.Namespace(second, shared));
            Assert.NotEqual(ProcessTable.Namespace(Environment.ProcessId, shared), ProcessTable.Namespace(first, shared));
        }
        foreach (string own in new[] { "mnt", "pid" })
            Assert.Equal(3, new[] { pause.Pid, first, second }.Select(p => ProcessTable.Namespace(p, own)).Distinct().Count());
        await MemoryBudget.Idle.CheckAsync(shim);
    }

    [SkippableFact]
    public async Task Shared_process_namespace_lets_containers_signal_each_other_and_pause_reaps_orphans()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        JsonNode pod = await podsd.RunPodAsync(Manifest.Two("shared", "trap 'echo got HUP' HUP; " + Manifest.Forever, Manifest.Forever,
            "shareProcessNamespace: true"), "shared");
        int first = await podsd.PidOfAsync(pod, "first"), second = await podsd.PidOfAsync(pod, "second");
        Assert.Equal(ProcessTable.Namespace(first, "pid"), ProcessTable.Namespace(second, "pid"));

        string listing = await podsd.ExecAsync("shared", "second", "ps", "-o", "pid,args");
        Assert.Matches(@"(?m)^\s*1 .*pause", listing);
        string target = listing.Split('\n').Single(l => l.Contains("got HUP") && !l.Contains("ps -o")).Trim().Split(' ')[0];
        await podsd.ExecAsync("shared", "second", "kill", "-HUP", target);
        await Eventually.True(async () => (await podsd.PodsAsync("logs", "shared", "-c", "first")).Output.Contains("got HUP"), "the signal arrives");

        // The middle shell dies at once, its child is an orphan: pause, process 1, must reap it when it ends.
        await podsd.ExecAsync("shared", "second", "sh", "-c", "(setsid sh -c 'exec sleep 0.2' &)");
        ProcessEntry pause = ProcessTable.ChildrenOf(podsd.Containerd.Shims()[0]).Single(c => c.CommandLine[0].EndsWith("pause"));
        await Eventually.True(() => !ProcessTable.ChildrenOf(pause.Pid).Any(), "pause has reaped the orphan");
    }

    [SkippableFact]
    public async Task Containers_of_a_pod_reach_each_other_on_localhost_by_shared_memory_and_through_a_volume()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Two("together",
            "mkdir -p /data/www && echo from-the-volume > /data/www/index.html && exec httpd -f -p 8080 -h /data/www",
            Manifest.Forever,
            "volumes:\n- {name: data, emptyDir: {}}",
            "volumeMounts:\n- {name: data, mountPath: /data}",
            "volumeMounts:\n- {name: data, mountPath: /seen, readOnly: true}"), "together");

        await Eventually.True(async () => (await podsd.PodsAsync("exec", "together", "-c", "second", "--",
            "wget", "-q", "-O", "-", "http://localhost:8080/")).Output == "from-the-volume\n", "the other container answers on localhost");
        Assert.Equal("from-the-volume\n", await podsd.ExecAsync("together", "second", "cat", "/seen/www/index.html"));
        Assert.NotEqual(0, (await podsd.PodsAsync("exec", "together", "-c", "second", "--", "touch", "/seen/x")).ExitCode);

        await podsd.ExecAsync("together", "first", "sh", "-c", "echo shared > /dev/shm/segment");
        Assert.Equal("shared\n", await podsd.ExecAsync("together", "second", "cat", "/dev/shm/segment"));
    }

    [SkippableFact]
    public async Task System_v_semaphore_of_one_container_is_seen_by_the_other_and_not_by_the_host()
    {
        Requires.Programs("nsenter", "ipcmk");
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        JsonNode pod = await podsd.RunPodAsync(Manifest.Two("ipc", Manifest.Forever, Manifest.Forever), "ipc");
        int first = await podsd.PidOfAsync(pod, "first"), second = await podsd.PidOfAsync(pod, "second");

        (await Command.RunAsync("nsenter", ["-t", first.ToString(), "-i", "ipcmk", "-S", "3"])).Succeeded();

        string seen = (await Command.RunAsync("nsenter", ["-t", second.ToString(), "-i", "cat", "/proc/sysvipc/sem"])).Succeeded().Output;
        Assert.Equal(2, seen.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain(seen.Split('\n')[1], File.ReadAllText("/proc/sysvipc/sem"));
    }

    [SkippableFact]
    public async Task Names_and_resolver_of_every_container_are_the_pods()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        JsonNode pod = await podsd.RunPodAsync(Manifest.Two("names", Manifest.Forever, Manifest.Forever, """
            hostname: chosen
            dnsPolicy: None
            dnsConfig: {nameservers: [192.0.2.53], searches: [example.test], options: [{name: ndots, value: "2"}]}
            hostAliases: [{ip: 192.0.2.7, hostnames: [db, db.example.test]}]
            """), "names");

        foreach (string container in new[] { "first", "second" })
        {
            Assert.Equal("chosen\n", await podsd.ExecAsync("names", container, "hostname"));
            Assert.Equal("chosen\n", await podsd.ExecAsync("names", container, "cat", "/etc/hostname"));
            Assert.Equal("nameserver 192.0.2.53\nsearch example.test\noptions ndots:2\n",
                await podsd.ExecAsync("names", container, "cat", "/etc/resolv.conf"));
            string hosts = await podsd.ExecAsync("names", container, "cat", "/etc/hosts");
            Assert.Contains($"{PodsDaemon.PodIp(pod)}\tchosen\n", hosts);
            Assert.Matches(@"192\.0\.2\.7\s+db\s+db\.example\.test", hosts);
        }
    }

    [SkippableFact]
    public async Task Pod_cgroup_lies_above_the_cgroups_of_its_containers()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        JsonNode pod = await podsd.RunPodAsync(Manifest.Two("cgroups", Manifest.Forever, Manifest.Forever, "",
            "resources: {limits: {memory: 32Mi, cpu: 100m}}", "resources: {limits: {memory: 16Mi, cpu: 100m}}"), "cgroups");
        string Memory(int pid) => Cgroup(pid, "memory");
        string first = Memory(await podsd.PidOfAsync(pod, "first")), second = Memory(await podsd.PidOfAsync(pod, "second"));

        Assert.NotEqual(first, second);
        Assert.Equal(Path.GetDirectoryName(first), Path.GetDirectoryName(second));
        string limit = File.Exists(first + "/memory.max") ? "memory.max" : "memory.limit_in_bytes";
        Assert.Equal($"{32 << 20}\n", File.ReadAllText($"{first}/{limit}"));
        Assert.Equal($"{48 << 20}\n", File.ReadAllText($"{Path.GetDirectoryName(first)}/{limit}"));
    }

    internal static string Cgroup(int pid, string controller)
    {
        foreach (string[] line in File.ReadLines($"/proc/{pid}/cgroup").Select(l => l.Split(':', 3)))
        {
            if (line[1].Split(',').Contains(controller))
                return $"/sys/fs/cgroup/{controller}{line[2]}";
            if (line[0] == "0" && !Directory.Exists($"/sys/fs/cgroup/{controller}"))
                return "/sys/fs/cgroup" + line[2];
        }
        throw new InvalidOperationException($"no {controller} cgroup of process {pid}");
    }
}
