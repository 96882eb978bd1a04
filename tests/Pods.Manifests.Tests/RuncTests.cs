using System.Text.Json;
using Pods.Oci;
using Pods.TestKit;

namespace Pods.Manifests.Tests;

/// <summary>The specs are taken by the real runc, and what they ask for is in force inside.</summary>
public sealed class RuncTests
{
    private const string Script = """
        echo "name $(hostname)"
        grep -E '^(Uid|Gid|Groups|CapBnd|CapEff|NoNewPrivs|Seccomp):' /proc/self/status | tr '\t' ' '
        echo "env $GREETING"
        echo "dir $(pwd)"
        grep -q ' /proc/keys ' /proc/self/mounts && echo masked
        touch /forbidden 2>/dev/null || echo read-only
        echo kept > /data/out && cat /data/out
        cat /etc/hosts
        unshare -n true 2>/dev/null || echo no-new-namespace
        """;

    [SkippableFact]
    public async Task Container_spec_run_by_runc_is_in_force_inside()
    {
        Requires.Root();
        Requires.Programs("runc", "busybox");
        using ScratchDirectory scratch = new();
        Pod pod = PodDefaults.Apply(ManifestReader.Read("""
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec:
              securityContext: {runAsUser: 1000, runAsGroup: 1001, fsGroup: 2000}
              containers:
              - name: app
                image: busybox
                workingDir: /data
                env: [{name: WHO, value: pods}, {name: GREETING, value: hello $(WHO)}]
                resources: {limits: {cpu: 500m, memory: 32Mi}}
                securityContext:
                  readOnlyRootFilesystem: true
                  allowPrivilegeEscalation: false
                  capabilities: {drop: [ALL], add: [CHOWN]}
                volumeMounts: [{name: data, mountPath: /data}]
              volumes: [{name: data, emptyDir: {}}]
            """u8.ToArray(), "test")[0]);
        Container container = pod.Spec!.Containers![0] with { Command = ["sh", "-c", Script] };
        Directory.CreateDirectory(scratch.File("data"));
        File.SetUnixFileMode(scratch.File("data"), (UnixFileMode)0x1ff);
        RuntimeSpec spec = ContainerSpec.For(pod, container, Sandbox(scratch), Node, new()
        {
            ContainerId = "app",
            ImageName = "busybox",
            User = ContainerUser.Resolve(pod, container, image: null, passwd: null, group: null),
            MountSources = [new(scratch.File("data"))],
        });

        string output = await RunAsync(scratch, spec);

        string[] expected =
        [
            "Uid: 1000 1000 1000 1000", "Gid: 1001 1001 1001 1001", "CapBnd: 0000000000000001", "NoNewPrivs: 1", "Seccomp: 2",
            "env hello pods", "dir /data", "masked", "read-only", "kept", "127.0.0.1 localhost", "no-new-namespace",
        ];
        Assert.Equal(expected, expected.Where(line => output.Split('\n').Contains(line)));
        Assert.Contains("Groups: 1001 2000", output.Replace("  ", " "));
    }

    [SkippableFact]
    public async Task Sandbox_spec_run_by_runc_has_the_pods_name_and_sysctls()
    {
        Requires.Root();
        Requires.Programs("runc", "busybox");
        using ScratchDirectory scratch = new();
        Pod pod = new()
        {
            Metadata = new() { Name = "web" },
            Spec = new() { SecurityContext = new() { Sysctls = [new() { Name = "net.ipv4.ip_unprivileged_port_start", Value = "80" }] } },
        };
        ImageProcess pause = new() { Entrypoint = ["sh", "-c", "hostname; cat /proc/sys/net/ipv4/ip_unprivileged_port_start"] };
        RuntimeSpec spec = SandboxSpec.For(pod, Sandbox(scratch), Node, pause, new() { Uid = 65535, Gid = 65535 });

        Assert.Equal("pod-name\n80\n", await RunAsync(scratch, spec));
    }

    private static SandboxFacts Sandbox(ScratchDirectory scratch) => new()
    {
        SandboxId = "sandbox",
        CgroupParent = "/" + Path.GetFileName(scratch.Path),
        Hostname = "pod-name",
        Shm = Directory.CreateDirectory(scratch.File("shm")).FullName,
        HostsFile = Written(scratch, "hosts", "127.0.0.1 localhost\n"),
        HostnameFile = Written(scratch, "hostname", "pod-name\n"),
        ResolvConf = Written(scratch, "resolv.conf", ""),
    };

    private static NodeFacts Node => new()
    {
        HasUnifiedCgroups = File.Exists("/sys/fs/cgroup/cgroup.controllers"),
        MemoryBytes = 8L << 30,
        LowestOomScoreAdj = int.Parse(File.ReadAllText("/proc/self/oom_score_adj")),
    };

    private static async Task<string> RunAsync(ScratchDirectory scratch, RuntimeSpec spec)
    {
        string bin = Directory.CreateDirectory(scratch.File("bundle/rootfs/bin")).FullName;
        File.Copy(Requires.FindProgram("busybox")!, Path.Combine(bin, "busybox"));
        foreach (string applet in new[] { "sh", "hostname", "grep", "tr", "cat", "touch", "unshare", "true" })
            File.CreateSymbolicLink(Path.Combine(bin, applet), "busybox");
        File.WriteAllBytes(scratch.File("bundle/config.json"), JsonSerializer.SerializeToUtf8Bytes(spec, RuntimeJson.Default.RuntimeSpec));
        CommandResult run = await Command.RunAsync(
            "runc", ["--root", scratch.File("state"), "run", "--bundle", scratch.File("bundle"), Path.GetFileName(scratch.Path)]);
        // runc removes the container's cgroup and leaves the parent, which is the pod's.
        foreach (string hierarchy in Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup"))
            foreach (string cgroup in Directory.GetDirectories(hierarchy, Path.GetFileName(scratch.Path)))
                Directory.Delete(cgroup);
        return run.Succeeded().Output;
    }

    private static string Written(ScratchDirectory scratch, string name, string text)
    {
        File.WriteAllText(scratch.File(name), text);
        return scratch.File(name);
    }
}
