using Cri.Runtime.V1;
using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>
/// Pods of a kubelet whose users are not the machine's (hostUsers: false): containerd 2 leaves it to the shim to mount the root with
/// the ids of the pod.
/// </summary>
public sealed class UserNamespaceTests(Containerd2.Host host, CriPodTests.PodNetwork network) : CriPodTests(host, network)
{
    private const uint First = 65536 * 20, Count = 65536;

    [SkippableTheory]
    [InlineData("runc")]
    [InlineData("crun")]
    public async Task Pod_of_the_kubelet_runs_with_users_of_its_own(string runtime)
    {
        await StartAsync();
        PodSandboxConfig pod = Pod(runtime, new()
        {
            Pid = NamespaceMode.Container,
            UsernsOptions = new() { Mode = NamespaceMode.Pod, Uids = { Ids }, Gids = { Ids } },
        });
        string sandbox = (await Cri.RunPodSandboxAsync(new() { Config = pod, RuntimeHandler = runtime })).PodSandboxId;
        await File.WriteAllTextAsync(Scratch.File("volume"), "of root");
        string container = (await Cri.CreateContainerAsync(new()
        {
            PodSandboxId = sandbox, SandboxConfig = pod,
            Config = new()
            {
                Metadata = new() { Name = "app" }, Image = new() { Image = ShimHost.Image }, LogPath = "app.log",
                Command = { "sh", "-c", "echo said > /proc/self/fd/1; exec sleep 1000" },
                Mounts = { new Mount { ContainerPath = "/volume", HostPath = Scratch.File("volume"), UidMappings = { Ids }, GidMappings = { Ids } } },
                Linux = new() { SecurityContext = new() { NamespaceOptions = pod.Linux.SecurityContext.NamespaceOptions } },
            },
        })).ContainerId;
        await Cri.StartContainerAsync(new() { ContainerId = container });
        int shim = Assert.Single(Host.Daemon.Shims());
        // From outside: nobody of it is root, and pause and the app are in one namespace.
        ProcessEntry[] processes = [.. ProcessTable.ChildrenOf(shim)];
        Assert.Equal(2, processes.Length);
        ProcessEntry app = Assert.Single(processes, p => p.CommandLine.Contains("sleep"));
        Assert.Contains($"\nUid:\t{First}\t{First}\t", await File.ReadAllTextAsync($"/proc/{app.Pid}/status"));
        foreach (string kind in (string[])["user", "net", "ipc", "uts"])
            Assert.Single(processes.Select(p => ProcessTable.Namespace(p.Pid, kind)).Distinct());
        Assert.NotEqual(ProcessTable.Namespace(Environment.ProcessId, "user"), ProcessTable.Namespace(app.Pid, "user"));
        // From inside: root, whose the image is, and what it writes.
        Assert.Equal("0\n", await ExecAsync(container, "id -u"));
        Assert.Equal($"0 {First} {Count}\n", await ExecAsync(container, "set -- $(cat /proc/self/uid_map); echo $*"));
        Assert.Equal("0 0\n0 0\n0 0\n", await ExecAsync(container, "stat -c '%u %g' / /bin/busybox /volume"));
        Assert.Equal("1\n0 0\n", await ExecAsync(container, "echo 1 > /made; cat /made; stat -c '%u %g' /made"));
        Assert.Equal("of root", await ExecAsync(container, "cat /volume"));
        Assert.Equal("0 0\n", await OwnerAsync(Scratch.File("volume")));
        await Eventually.True(() => File.ReadAllText(Scratch.File("app.log")).Contains(" stdout F said"), "the log has the line");
        string bundle = Path.Combine(Host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io", container, "rootfs");
        Assert.Equal($"{First} {First}\n", await OwnerAsync(bundle + "/made"));
        // The layers, which the mount has of its own, are nowhere to be seen.
        Assert.DoesNotContain(MountTable.Below(Host.Daemon.State), m => !m.EndsWith("/rootfs", StringComparison.Ordinal) && m.Contains(container));
        await MemoryBudget.Idle.CheckAsync(shim);
        await RemoveSandboxAsync(sandbox);
        await Host.ExpectNothingLeftAsync();
    }

    private static IDMapping[] Ids => [new() { ContainerId = 0, HostId = First, Length = Count }];

    private static async Task<string> OwnerAsync(string path) => (await Command.RunAsync("stat", ["-c", "%u %g", path])).Succeeded().Output;

    private async Task StartAsync()
    {
        string runc = await NewerRuntimes.RequireAsync("runc");
        string crun = CrunOnHybrid.Wrap(await NewerRuntimes.RequireAsync("crun"), Path.Combine(Network.Directory, "crun"));
        string pause = Path.Combine(Repository.Root, "out/pause.tar");
        Skip.IfNot(File.Exists(pause), $"needs {pause} (make build)");
        await StartAsync("registry.k8s.io/pause:3.10", $"{Handler("runc", runc)}\n{Handler("crun", crun)}");
        // As /run/containerd is: root of the pod, who is somebody else here, has to reach its root file system.
        File.SetUnixFileMode(Host.Daemon.Directory, (UnixFileMode)0b111_001_001);
        await Host.Daemon.ImportAsync(pause);
    }

    // For the owner of a container's streams containerd wants runc's own options, which it sends to the stock type only.
    private static string Handler(string name, string program) => $"""
        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.{name}]
          runtime_type = "io.containerd.runc.v2"
          runtime_path = "{Repository.Binary("containerd-shim-pods-v1")}"
        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.{name}.options]
          BinaryName = "{program}"
        """;
}
