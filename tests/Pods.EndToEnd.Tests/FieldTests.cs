using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Many fields of one pod at a time, each looked at from inside the container or in /proc and the cgroups of its process.</summary>
public sealed class FieldTests
{
    [SkippableFact]
    public async Task Command_environment_and_directory_of_a_process_are_as_its_manifest_says()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { Arguments = ["--node-name", "edge-7"] });
        JsonNode pod = await podsd.RunPodAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata:
              name: process
              labels: {app: shop, example.com/tier: web}
              annotations: {note: "two words"}
            spec:
              terminationGracePeriodSeconds: 1
              # What only a cluster has a use for is taken, and is in nobody's way.
              enableServiceLinks: true
              automountServiceAccountToken: false
              serviceAccountName: builder
              priorityClassName: high
              nodeSelector: {disk: ssd}
              tolerations: [{operator: Exists}]
              containers:
              - name: main
                image: {{PodsDaemon.Image}}
                workingDir: /var/made
                command: [sh, -c, 'trap "exit 0" TERM; while true; do sleep 1 & wait $!; done', $(GREETING)]
                args: [$(POD_NAME), $$(POD_NAME), $(NOT_DECLARED), "plain"]
                resources: {requests: {cpu: 1500m, memory: 24Mi}, limits: {memory: 32Mi, ephemeral-storage: 2Gi} }
                env:
                - {name: WHO, value: you}
                - {name: GREETING, value: hello $(WHO) and $(LATER)}
                - {name: LATER, value: too late}
                - {name: EMPTY}
                - {name: odd.name-1, value: odd}
                - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name} } }
                - {name: SPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace} } }
                - {name: UID_OF_POD, valueFrom: {fieldRef: {apiVersion: v1, fieldPath: metadata.uid} } }
                - {name: TIER, valueFrom: {fieldRef: {fieldPath: "metadata.labels['example.com/tier']"} } }
                - {name: NOTE, valueFrom: {fieldRef: {fieldPath: "metadata.annotations['note']"} } }
                - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName} } }
                - {name: ACCOUNT, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName} } }
                - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP} } }
                - {name: IPS, valueFrom: {fieldRef: {fieldPath: status.podIPs} } }
                - {name: HOST, valueFrom: {fieldRef: {fieldPath: status.hostIP} } }
                - {name: CPU, valueFrom: {resourceFieldRef: {resource: requests.cpu} } }
                - {name: MEMORY, valueFrom: {resourceFieldRef: {resource: requests.memory, divisor: 1Mi} } }
                - {name: DISK, valueFrom: {resourceFieldRef: {resource: limits.ephemeral-storage, divisor: 1Gi} } }
                - {name: OTHER, valueFrom: {resourceFieldRef: {containerName: main, resource: limits.memory} } }
            """, "process");
        int pid = await podsd.PidOfAsync(pod, "main");
        Dictionary<string, string> environment = (await File.ReadAllTextAsync($"/proc/{pid}/environ")).Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(e => e.Split('=', 2)).ToDictionary(e => e[0], e => e[1]);
        string ip = PodsDaemon.PodIp(pod)!, host = pod["status"]!["hostIP"]!.GetValue<string>();

        Assert.Equal("/var/made\n", await podsd.ExecAsync("process", "main", "busybox", "pwd"));
        Assert.Equal(["hello you and $(LATER)", "process", "$(POD_NAME)", "$(NOT_DECLARED)", "plain"],
            (await File.ReadAllTextAsync($"/proc/{pid}/cmdline")).Split('\0')[3..^1]);
        foreach (var (name, value) in new[]
        {
            ("GREETING", "hello you and $(LATER)"), ("EMPTY", ""), ("odd.name-1", "odd"), ("POD_NAME", "process"), ("SPACE", "default"),
            ("UID_OF_POD", pod["metadata"]!["uid"]!.GetValue<string>()), ("TIER", "web"), ("NOTE", "two words"), ("NODE", "edge-7"),
            ("ACCOUNT", "builder"), ("IP", ip), ("IPS", ip), ("HOST", host), ("CPU", "2"), ("MEMORY", "24"), ("DISK", "2"), ("OTHER", $"{32 << 20}"),
            ("HOSTNAME", "process"),
        })
            Assert.Equal((name, value), (name, environment.GetValueOrDefault(name)));
        Assert.DoesNotContain(environment.Keys, name => name.StartsWith("KUBERNETES_", StringComparison.Ordinal));
        Assert.DoesNotContain("serviceaccount", await podsd.ExecAsync("process", "main", "cat", "/proc/mounts"));
    }

    [SkippableFact]
    public async Task Quality_of_service_decides_cgroup_shares_and_whom_the_kernel_kills_first()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string[] names = ["guaranteed", "burstable", "besteffort", "whole"];
        await podsd.ApplyAsync(string.Join("\n---\n",
            Manifest.Of("guaranteed", Manifest.Forever, "", "resources: {limits: {cpu: 250m, memory: 32Mi}}"),
            Manifest.Of("burstable", Manifest.Forever, "", "resources: {requests: {cpu: 500m, memory: 16Mi}, limits: {memory: 64Mi}}"),
            Manifest.Of("besteffort", Manifest.Forever),
            Manifest.Of("whole", Manifest.Forever, "resources: {requests: {cpu: 200m, memory: 40Mi}, limits: {cpu: 300m, memory: 48Mi}}")));
        Dictionary<string, (JsonNode Pod, int Pid)> found = [];
        foreach (string name in names)
        {
            JsonNode pod = await podsd.WaitForAsync(name, p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
            found[name] = (pod, await podsd.PidOfAsync(pod, "main"));
        }

        Assert.Equal(["Guaranteed", "Burstable", "BestEffort", "Burstable"],
            names.Select(n => found[n].Pod["status"]!["qosClass"]!.GetValue<string>()));
        Assert.EndsWith(CgroupNamed("pods", uid("guaranteed")), CgroupOfPod("guaranteed", "memory"));
        Assert.EndsWith(CgroupNamed("pods", "burstable", uid("burstable")), CgroupOfPod("burstable", "memory"));
        Assert.EndsWith(CgroupNamed("pods", "besteffort", uid("besteffort")), CgroupOfPod("besteffort", "memory"));
        Assert.Equal([(256L, 25_000L, 32L << 20), (512, -1, 64 << 20), (2, -1, -1), (2, -1, -1)],
            names.Select(n => Limits(Cgroup(n, "cpu"), Cgroup(n, "memory"))));
        Assert.Equal([(256L, 25_000L, 32L << 20), (512, -1, 64 << 20), (2, -1, -1), (204, 30_000, 48 << 20)],
            names.Select(n => Limits(CgroupOfPod(n, "cpu"), CgroupOfPod(n, "memory"))));
        // Nothing below our own can be written without the capability.
        int own = int.Parse(await File.ReadAllTextAsync("/proc/self/oom_score_adj"));
        int least = (await File.ReadAllTextAsync("/proc/self/status")).Split('\n').First(l => l.StartsWith("CapEff")) is var line
            && (Convert.ToUInt64(line.Split('\t')[1], 16) >> 24 & 1) == 1 ? -1000 : own;
        int[] scores = [.. names.Select(n => int.Parse(File.ReadAllText($"/proc/{found[n].Pid}/oom_score_adj")))];
        Assert.Equal(Math.Max(-997, least), scores[0]);
        Assert.InRange(scores[1], Math.Max(3, least), 999);
        Assert.Equal(1000, scores[2]);

        string Cgroup(string name, string controller) => PodAnatomyTests.Cgroup(found[name].Pid, controller);
        string uid(string name) => "pod" + found[name].Pod["metadata"]!["uid"]!.GetValue<string>();
        string CgroupOfPod(string name, string controller) => Path.GetDirectoryName(Cgroup(name, controller))!;
    }

    [SkippableFact]
    public async Task Namespaces_of_the_machine_are_those_that_a_pod_asks_for_and_no_others()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(string.Join("\n---\n", Manifest.Of("pid", Manifest.Forever, "hostPID: true"),
            Manifest.Of("ipc", Manifest.Forever, "hostIPC: true"), Manifest.Of("net", Manifest.Forever, "hostNetwork: true\nhostname: ignored")));

        foreach (var (name, shared) in new[] { ("pid", new[] { "pid" }), ("ipc", ["ipc"]), ("net", ["net", "uts"]) })
        {
            int pid = await podsd.PidOfAsync(await podsd.WaitForAsync(name, p => PodsDaemon.Condition(p, "Ready") == "True", "Ready"), "main");
            Assert.Equal(shared, new[] { "ipc", "mnt", "net", "pid", "uts" }
                .Where(n => ProcessTable.Namespace(Environment.ProcessId, n) == ProcessTable.Namespace(pid, n)));
        }
        Assert.Equal((await File.ReadAllTextAsync("/proc/sys/kernel/hostname")).Trim(), (await podsd.ExecAsync("net", "main", "hostname")).Trim());
        Assert.Equal($"/proc/{Environment.ProcessId}\n", await podsd.ExecAsync("pid", "main", "ls", "-d", $"/proc/{Environment.ProcessId}"));
    }

    [SkippableFact]
    public async Task Memory_volume_is_one_for_the_pod_has_its_size_and_outlives_a_container()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Two("memory", "[ -e /m/first ] || { echo kept > /m/first; exit 0; }; " + Manifest.Forever, Manifest.Forever, """
            securityContext: {fsGroup: 3000}
            volumes:
            - {name: m, emptyDir: {medium: Memory, sizeLimit: 1Mi}}
            - {name: d, emptyDir: {}}
            """, "volumeMounts: [{name: m, mountPath: /m}, {name: d, mountPath: /d}]\nsecurityContext: {runAsUser: 1000}",
            "volumeMounts: [{name: m, mountPath: /seen, readOnly: true}]"), "memory");
        await podsd.WaitForAsync("memory", p => PodsDaemon.FindContainerStatus(p, "first")?["restartCount"]?.GetValue<int>() == 1
            && PodsDaemon.Condition(p, "Ready") == "True", "restarted");

        Assert.Equal("kept\n", await podsd.ExecAsync("memory", "second", "cat", "/seen/first"));
        Assert.Matches(@"/m tmpfs rw,.*size=1024k", await podsd.ExecAsync("memory", "first", "grep", " /m ", "/proc/mounts"));
        Assert.Equal("2777 3000\n", await podsd.ExecAsync("memory", "first", "stat", "-c", "%a %g", "/m"));
        Assert.NotEqual(0, (await podsd.PodsAsync("exec", "memory", "-c", "second", "--", "touch", "/seen/x")).ExitCode);
        CommandResult full = await podsd.PodsAsync("exec", "memory", "-c", "first", "--", "dd", "if=/dev/zero", "of=/m/big", "bs=1048576", "count=2");
        Assert.Contains("No space left on device", full.Error);
        await podsd.ExecAsync("memory", "first", "dd", "if=/dev/zero", "of=/d/big", "bs=1048576", "count=2");
    }

    [SkippableFact]
    public async Task Resolver_is_the_nodes_the_clusters_or_the_pods_by_its_policy()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { Arguments = ["--cluster-dns", "192.0.2.10"] });
        await podsd.ApplyAsync(string.Join("\n---\n",
            Manifest.Of("unsaid", Manifest.Forever), Manifest.Of("default", Manifest.Forever, "dnsPolicy: Default"),
            Manifest.Of("host", Manifest.Forever, "hostNetwork: true\ndnsPolicy: ClusterFirst"),
            Manifest.Of("both", Manifest.Forever, "hostNetwork: true\ndnsPolicy: ClusterFirstWithHostNet\n"
                + "dnsConfig: {searches: [more.test], options: [{name: edns0}]}")));
        string node = File.Exists("/etc/resolv.conf") ? await File.ReadAllTextAsync("/etc/resolv.conf") : "";

        string unsaid = await ResolverAsync("unsaid"), byDefault = await ResolverAsync("default"), host = await ResolverAsync("host"),
            both = await ResolverAsync("both");

        Assert.StartsWith("nameserver 192.0.2.10\n", unsaid);
        Assert.Contains("options ndots:5", unsaid);
        Assert.DoesNotContain("192.0.2.10", byDefault);
        Assert.All(node.Split('\n').Where(l => l.StartsWith("nameserver ") && !l.Contains(" 127.")), line => Assert.Contains(line, byDefault));
        // As with the kubelet: ClusterFirst in the machine's network means the machine's servers.
        Assert.DoesNotContain("192.0.2.10", host);
        Assert.StartsWith("nameserver 192.0.2.10\n", both);
        Assert.Matches(@"search .*more\.test", both);
        Assert.Contains("options ndots:5 edns0", both);

        async Task<string> ResolverAsync(string name)
        {
            await podsd.WaitForAsync(name, p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
            return await podsd.ExecAsync(name, "main", "cat", "/etc/resolv.conf");
        }
    }

    [SkippableFact]
    public async Task Pull_policy_and_secrets_of_the_pod_are_what_its_images_are_pulled_with()
    {
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync("alice", "open-sesame");
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await registry.PushAsync(TestImage.Busybox(), "app", "1");
        string image = $"{registry.Host}/app:1", auth = Convert.ToBase64String("alice:open-sesame"u8.ToArray());
        await podsd.ApplyAsync($$$"""
            apiVersion: v1
            kind: Secret
            metadata: {name: registry}
            type: kubernetes.io/dockerconfigjson
            stringData: {.dockerconfigjson: '{"auths": {"{{{registry.Host}}}": {"auth": "{{{auth}}}"} } }'}
            """);
        string Pod(string name, string policy, string more = "") => Manifest.Of(name, Manifest.Forever, more)
            .Replace(PodsDaemon.Image, image).Replace("IfNotPresent", policy);

        await podsd.ApplyAsync(string.Join("\n---\n", Pod("never", "Never"), Pod("nobody", "Always")));
        await podsd.WaitForAsync("never", p => Waiting(p, "reason") == "ErrImageNeverPull", "held back");
        await podsd.WaitForAsync("nobody", p => Waiting(p, "reason") is "ErrImagePull" or "ImagePullBackOff", "held back");
        await podsd.RunPodAsync(Pod("alice", "IfNotPresent", "imagePullSecrets: [{name: registry}]"), "alice");
        // Now it is here: Never takes it, and a pod that always pulls still needs to be let in.
        await podsd.RunPodAsync(Pod("late", "Never"), "late");
        await podsd.ApplyAsync(Pod("again", "Always"));
        await podsd.WaitForAsync("again", p => Waiting(p, "reason") is "ErrImagePull" or "ImagePullBackOff", "held back");

        Assert.DoesNotContain("open-sesame", podsd.Log);
        Assert.DoesNotContain(auth, podsd.Log);
    }

    [SkippableFact]
    public async Task Last_words_are_read_from_the_file_that_the_container_names()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("words", "echo -n 'from here' > /var/last; exit 4", "restartPolicy: Never",
            "terminationMessagePath: /var/last\nterminationMessagePolicy: File"));

        JsonNode pod = await podsd.WaitForAsync("words", p => p["status"]?["phase"]?.GetValue<string>() == "Failed", "Failed");

        JsonNode ended = PodsDaemon.ContainerStatus(pod, "main")["state"]!["terminated"]!;
        Assert.Equal((4, "from here"), (ended["exitCode"]!.GetValue<int>(), ended["message"]!.GetValue<string>()));
    }

    private static string? Waiting(JsonNode pod, string field) =>
        PodsDaemon.FindContainerStatus(pod, "main")?["state"]?["waiting"]?[field]?.GetValue<string>();

    /// <summary>Below systemd on cgroup v2 a slice, whose name tells its parents'; else a directory.</summary>
    private static string CgroupNamed(params string[] parts)
    {
        if (!Directory.Exists("/run/systemd/system") || !File.Exists("/sys/fs/cgroup/cgroup.controllers"))
            return "/" + string.Join('/', parts);
        string[] words = [.. parts.Select(part => part.Replace('-', '_'))];
        return string.Concat(Enumerable.Range(1, words.Length).Select(count => $"/{string.Join('-', words[..count])}.slice"));
    }

    /// <summary>Shares, quota and limit of memory, -1 for none, on either version of cgroups.</summary>
    private static (long Shares, long Quota, long Memory) Limits(string cpu, string memory)
    {
        if (File.Exists(cpu + "/cpu.shares"))
            return (Number(cpu + "/cpu.shares"), Number(cpu + "/cpu.cfs_quota_us"),
                Number(memory + "/memory.limit_in_bytes") is var limit && limit > 1L << 60 ? -1 : limit);
        string[] most = File.ReadAllText(cpu + "/cpu.max").Split(' ');
        string memoryMost = File.ReadAllText(memory + "/memory.max").Trim();
        // The weight is the runtime's conversion of shares, rounded: back again, to the share that was asked for.
        long weight = Number(cpu + "/cpu.weight"), shares = (weight - 1) * 262_142 / 9999 + 2;
        long asked = new[] { 2L, 204, 256, 512 }.MinBy(s => Math.Abs(s - shares));
        return (asked, most[0] == "max" ? -1 : long.Parse(most[0]), memoryMost == "max" ? -1 : long.Parse(memoryMost));

        static long Number(string path) => long.Parse(File.ReadAllText(path));
    }
}
