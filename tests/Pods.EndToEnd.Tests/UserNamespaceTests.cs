using System.Globalization;
using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Pods with users of their own (hostUsers: false), looked at from inside and from outside, with runtimes that can.</summary>
public sealed class UserNamespaceTests : IDisposable
{
    private const int Count = 65536;

    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    private const string Objects = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: words}
        data: {word: "a word"}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: keys}
        stringData: {key: "a key"}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: data}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
        ---

        """;

    [SkippableTheory]
    [InlineData("runc", ContainerdVersions.Installed)]
    [InlineData("crun", ContainerdVersions.Installed)]
    [InlineData("runc", "1.7")]
    [InlineData("runc", "2")]
    public async Task Root_of_the_pod_is_root_inside_and_nobody_outside_and_owns_what_the_pod_has(string runtime, string version)
    {
        await using PodsDaemon podsd = await StartAsync(runtime, version);
        TestImage.Busybox(r => r.Files["/share/words"] = "from the image\n"u8.ToArray()).WriteOciArchive(podsd.File("data.tar"), "test.local/data:1");
        await podsd.Containerd.ImportAsync(podsd.File("data.tar"));
        Directory.CreateDirectory(podsd.File("host"));
        await File.WriteAllTextAsync(podsd.File("host/private"), "of root");
        File.SetUnixFileMode(podsd.File("host/private"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        JsonNode pod = await podsd.RunPodAsync(Objects + Manifest.Two("mapped", "echo said > /proc/self/fd/1; " + Manifest.Forever, Manifest.Forever, $$$"""
            hostUsers: false
            securityContext: {fsGroup: 2000, sysctls: [{name: net.ipv4.ip_unprivileged_port_start, value: "80"}, {name: kernel.shm_rmid_forced, value: "1"}]}
            volumes:
            - {name: disk, emptyDir: {}}
            - {name: memory, emptyDir: {medium: Memory}}
            - {name: words, configMap: {name: words}}
            - {name: keys, secret: {secretName: keys}}
            - {name: about, projected: {sources: [{downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}}]}}
            - {name: data, persistentVolumeClaim: {claimName: data}}
            - {name: host, hostPath: {path: {{{podsd.File("host")}}} }}
            - {name: image, image: {reference: test.local/data:1, pullPolicy: IfNotPresent}}
            """, """
            startupProbe: {exec: {command: [sh, -c, "[ $(id -u) = 0 ]"]}, periodSeconds: 1}
            volumeMounts:
            - {name: disk, mountPath: /disk}
            - {name: disk, mountPath: /part, subPath: part}
            - {name: memory, mountPath: /memory}
            - {name: words, mountPath: /words}
            - {name: keys, mountPath: /keys}
            - {name: about, mountPath: /about}
            - {name: data, mountPath: /data}
            - {name: host, mountPath: /host}
            - {name: image, mountPath: /image}
            """, """
            securityContext: {runAsUser: 1000, runAsGroup: 1000}
            volumeMounts: [{name: disk, mountPath: /disk}, {name: host, mountPath: /host}]
            """), "mapped");
        uint first = await FirstAsync(podsd, pod, "first");

        // From outside.
        Assert.True(first >= Count && first % Count == 0, $"{first}");
        Assert.Equal(first + 1000, await UidAsync(await podsd.PidOfAsync(pod, "second")));
        int app = await podsd.PidOfAsync(pod, "first");
        foreach (string kind in (string[])["user", "net", "ipc", "uts"])
        {
            Assert.Equal(ProcessTable.Namespace(app, kind), ProcessTable.Namespace(await podsd.PidOfAsync(pod, "second"), kind));
            Assert.NotEqual(ProcessTable.Namespace(Environment.ProcessId, kind), ProcessTable.Namespace(app, kind));
        }
        // From inside: the ids, the root file system, what the node writes.
        Assert.Equal("0 0\n", await ShellAsync(podsd, "first", "echo $(id -u) $(id -g)"));
        Assert.Equal($"0 {first} {Count}\n0 {first} {Count}\n", await ShellAsync(podsd, "first",
            "for f in uid_map gid_map; do set -- $(cat /proc/self/$f); echo $*; done"));
        Assert.Equal("0:0\n", await ShellAsync(podsd, "first",
            "stat -c %u:%g / /bin/busybox /etc/hosts /etc/hostname /etc/resolv.conf /dev/termination-log /dev/shm | sort -u"));
        Assert.Equal("0:0\n", await ShellAsync(podsd, "first", "echo 1 > /made; echo 2 >> /etc/passwd; stat -c %u:%g /made /etc/passwd | sort -u"));
        // Volumes: the owners are those of the machine, by number, and fsGroup works as ever.
        Assert.Equal("0:2000 0:2000 0:2000 0:2000 0:2000 0:2000 0:0 0:0\n", await ShellAsync(podsd, "first",
            "echo $(stat -L -c %u:%g /disk /memory /words/word /keys/key /about/name /data /host/private /image/share/words)"));
        Assert.Equal("a word a key mapped of root from the image\n", await ShellAsync(podsd, "first",
            "echo $(cat /words/word) $(cat /keys/key) $(cat /about/name) $(cat /host/private) $(cat /image/share/words)"));
        Assert.Equal("0:2000 0:2000 0:2000 0:0\n", await ShellAsync(podsd, "first",
            "for d in disk part memory data host dev/shm; do echo $d > /$d/new || exit 1; done; echo $(stat -c %u:%g /disk/new /memory/new /data/new /host/new)"));
        Assert.Equal("1000:2000\n", await ShellAsync(podsd, "second", "touch /disk/mine; stat -c %u:%g /disk/mine"));
        Assert.Equal("0 0\n", await OwnerAsync(podsd.File("host/new")));
        Assert.NotEqual(0, (await podsd.PodsAsync("exec", "mapped", "-c", "second", "--", "cat", "/host/private")).ExitCode);
        // What is the pod's its root may change, and nothing of the machine.
        Assert.Equal("80 1\n", await ShellAsync(podsd, "first",
            "echo $(cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shm_rmid_forced)"));
        Assert.NotEqual(0, (await podsd.PodsAsync("exec", "mapped", "-c", "first", "--", "mknod", "/dev/disk", "b", "8", "0")).ExitCode);
        Assert.NotEqual(0, (await podsd.PodsAsync("exec", "mapped", "-c", "first", "--", "mount", "-t", "tmpfs", "x", "/tmp")).ExitCode);
        Assert.Equal("127.0.0.1\n", await ShellAsync(podsd, "first", "ping -c 1 -W 5 127.0.0.1 >/dev/null && echo 127.0.0.1"));
        Assert.Equal("", await ShellAsync(podsd, "first", $"ping -c 1 -W 5 {podsd.Subnet}1 >/dev/null"));
        // Logs, copies.
        await Eventually.True(async () => (await podsd.PodsAsync("logs", "mapped", "-c", "first")).Output == "said\n", "the log has the line");
        await File.WriteAllTextAsync(podsd.File("copy"), "copied");
        (await podsd.PodsAsync("cp", podsd.File("copy"), "mapped:/copy", "-c", "first")).Succeeded();
        Assert.Equal("copied", await ShellAsync(podsd, "first", "cat /copy"));
    }

    [SkippableFact]
    public async Task No_two_pods_have_an_id_in_common_and_a_restart_changes_none()
    {
        await using PodsDaemon podsd = await StartAsync("runc");
        string script = "trap 'exit 1' TERM; echo \"$POD\" > /kept/by; " + Manifest.Forever;
        string spec = "hostUsers: false\nvolumes: [{name: kept, emptyDir: {}}]", lines = "volumeMounts: [{name: kept, mountPath: /kept}]";
        uint one = await FirstAsync(podsd, await podsd.RunPodAsync(Manifest.Of("one", script, spec, lines), "one"), "main");
        JsonNode pod = await podsd.RunPodAsync(Manifest.Of("two", script, spec, lines), "two");
        uint two = await FirstAsync(podsd, pod, "main");
        int pid = await podsd.PidOfAsync(pod, "main");
        Assert.True(Math.Abs((long)one - two) >= Count, $"{one} {two}");

        await podsd.KillAsync();
        await podsd.StartAgainAsync();
        Assert.Equal("0\n", await podsd.ExecAsync("two", "main", "id", "-u"));
        Assert.Equal(pid, await podsd.PidOfAsync((await podsd.GetAsync("two"))!, "main"));
        // Another container, and another sandbox: the pod is who it was.
        Native.Kill(pid);
        pod = await podsd.WaitForAsync("two", p => RestartCount(p) == 1 && PodsDaemon.Condition(p, "Ready") == "True", "running again");
        Assert.Equal(two, await FirstAsync(podsd, pod, "main"));
        Native.Kill(ProcessTable.ChildrenOf(ProcessTable.Find(await podsd.PidOfAsync(pod, "main"))!.Parent).Single(p => p.Name == "pause").Pid);
        pod = await podsd.WaitForAsync("two", p => RestartCount(p) == 2 && PodsDaemon.Condition(p, "Ready") == "True", "made anew");
        Assert.Equal(two, await FirstAsync(podsd, pod, "main"));
        Assert.Equal("0:0\n", await podsd.ExecAsync("two", "main", "stat", "-c", "%u:%g", "/kept/by"));

        uint three = await FirstAsync(podsd, await podsd.RunPodAsync(Manifest.Of("three", script, spec, lines), "three"), "main");
        Assert.Equal(3, new HashSet<uint>([one, two, three]).Count);
        // One that takes its place has users of its own, too.
        await podsd.ApplyAsync(Manifest.Of("three", script, spec + "\nhostname: other", lines));
        pod = await podsd.WaitForAsync("three",
            p => p["spec"]?["hostname"]?.GetValue<string>() == "other" && PodsDaemon.Condition(p, "Ready") == "True", "another");
        Assert.DoesNotContain(await FirstAsync(podsd, pod, "main"), (uint[])[0, one, two]);
        await podsd.DeleteAsync("one");
        Assert.Equal(one, await FirstAsync(podsd, await podsd.RunPodAsync(Manifest.Of("four", script, spec, lines), "four"), "main"));
    }

    [SkippableFact]
    public async Task Privileged_and_unmasked_containers_have_rights_over_their_pod_only()
    {
        await using PodsDaemon podsd = await StartAsync("runc");
        JsonNode pod = await podsd.RunPodAsync(Manifest.Two("mapped", Manifest.Forever, Manifest.Forever, "hostUsers: false",
            "securityContext: {privileged: true}", "securityContext: {procMount: Unmasked}"), "mapped");

        Assert.True(await FirstAsync(podsd, pod, "first") >= Count);
        // Over its own namespaces it has every right, ...
        Assert.Equal("1\nrenamed\n", await ShellAsync(podsd, "first",
            "mount -t tmpfs x /tmp && grep -c ' /tmp tmpfs ' /proc/mounts && hostname renamed && hostname"));
        // ... and over the machine none: not to make a device, or to set the kernel.
        foreach (string forbidden in (string[])["mknod /disk b 7 0", "echo 1 > /proc/sys/vm/drop_caches"])
            Assert.Matches("not permitted|denied", (await podsd.PodsAsync("exec", "mapped", "-c", "first", "--", "sh", "-c", forbidden)).Error);
        Assert.Equal("0\n", await ShellAsync(podsd, "second", "grep -c ' /proc/' /proc/self/mountinfo || true"));
    }

    [SkippableFact]
    public async Task Runtime_that_maps_no_ids_is_named_when_the_pod_is_refused()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        Skip.If((await Command.RunAsync("runc", ["features"])).Output.Contains("\"mountExtensions\""), "the machine's runc maps ids");

        CommandResult refused = await podsd.PodsAsync(["apply", "-f", "-"], Manifest.Of("mapped", Manifest.Forever, "hostUsers: false"));

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("pods \"mapped\" is forbidden: hostUsers: false: runc mounts nothing with mapped ids: runc does since 1.2, crun since 1.9", refused.Error);
        Assert.Null(await podsd.GetAsync("mapped"));
    }

    [SkippableFact]
    public async Task Id_that_is_nobody_in_the_pod_is_told()
    {
        await using PodsDaemon podsd = await StartAsync("runc");
        await podsd.ApplyAsync(Manifest.Of("nobody", Manifest.Forever, "hostUsers: false", "securityContext: {runAsUser: 70000}"));

        JsonNode pod = await podsd.WaitForAsync("nobody", p => Waiting(p)?["reason"]?.GetValue<string>() == "CreateContainerConfigError", "held back");

        Assert.Equal("container \"main\": runAsUser 70000: a pod with hostUsers: false has the ids 0 to 65535 only", Waiting(pod)!["message"]!.GetValue<string>());
    }

    private static JsonNode? Waiting(JsonNode pod) => PodsDaemon.FindContainerStatus(pod, "main")?["state"]?["waiting"];

    private static int? RestartCount(JsonNode pod) => PodsDaemon.FindContainerStatus(pod, "main")?["restartCount"]?.GetValue<int>();

    private static async Task<string> ShellAsync(PodsDaemon podsd, string container, string script) =>
        await podsd.ExecAsync("mapped", container, "sh", "-c", script);

    private static async Task<string> OwnerAsync(string path) => (await Command.RunAsync("stat", ["-c", "%u %g", path])).Succeeded().Output;

    private static async Task<uint> FirstAsync(PodsDaemon podsd, JsonNode pod, string container) =>
        await UidAsync(await podsd.PidOfAsync(pod, container));

    private static async Task<uint> UidAsync(int pid) => uint.Parse((await File.ReadAllLinesAsync($"/proc/{pid}/status"))
        .First(l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1], CultureInfo.InvariantCulture);

    private async Task<PodsDaemon> StartAsync(string runtime, string version = ContainerdVersions.Installed)
    {
        Requires.Binaries("pause");
        string program = await NewerRuntimes.RequireAsync(runtime);
        if (runtime == "crun")
            program = CrunOnHybrid.Wrap(program, _scratch.File("crun"));
        PodsDaemon podsd = await PodsDaemon.StartAsync(new()
        {
            Containerd = ContainerdVersions.Options(version), Arguments = ["--oci-runtime", program],
        });
        // As /run/containerd is: root of a pod, who is somebody else here, has to reach its root file system.
        File.SetUnixFileMode(podsd.Containerd.Directory, (UnixFileMode)0b111_001_001);
        return podsd;
    }
}
