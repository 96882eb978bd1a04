using Cri.Runtime.V1;
using Pods.Grpc;
using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>What a kubelet does through containerd's CRI plugin, with our shim behind three kinds of runtime handler.</summary>
public abstract class CriTests(ShimHost host) : IAsyncLifetime
{
    private const string PauseImage = "registry.k8s.io/pause:3.10";

    private readonly ScratchDirectory _logs = new();
    private GrpcChannel? _channel;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_channel is not null)
            await _channel.DisposeAsync();
        _logs.Dispose();
    }

    /// <param name="handler">A type of ours; the stock type with our path; and the name "runc", for which 2.x sends options of its own.</param>
    [SkippableTheory]
    [InlineData("pods")]
    [InlineData("path")]
    [InlineData("runc")]
    public async Task Pod_lives_from_its_sandbox_to_its_removal(string handler)
    {
        Skip.If(handler == "path" && await ContainerdVersions.IsOneSixAsync(host.Version), "containerd 1.6 starts what the type names, whatever runtime_path says");
        RuntimeService.RuntimeServiceClient cri = await StartAsync();
        PodSandboxConfig pod = Pod(handler);
        string sandbox = (await cri.RunPodSandboxAsync(new() { Config = pod, RuntimeHandler = handler })).PodSandboxId;
        string container = (await cri.CreateContainerAsync(new()
        {
            PodSandboxId = sandbox, SandboxConfig = pod,
            Config = new()
            {
                Metadata = new() { Name = "app" }, Image = new() { Image = ShimHost.Image }, LogPath = "app.log",
                Command = { "sh", "-c", "echo said; exec sleep 1000" },
                Linux = new() { SecurityContext = new() { NamespaceOptions = Namespaces() } },
            },
        })).ContainerId;
        await cri.StartContainerAsync(new() { ContainerId = container });
        int shim = Assert.Single(host.Daemon.Shims());
        Assert.Equal("containerd-shim", ProcessTable.Find(shim)!.Name);
        Assert.Equal(Repository.Binary("containerd-shim-pods-v1"), new FileInfo($"/proc/{shim}/exe").LinkTarget);
        Assert.Equal(2, ProcessTable.ChildrenOf(shim).Count());

        ExecSyncResponse exec = await cri.ExecSyncAsync(new() { ContainerId = container, Cmd = { "sh", "-c", "echo out; echo err >&2; exit 5" }, Timeout = 20 });
        Assert.Equal(("out\n", "err\n", 5), (exec.Stdout.ToStringUtf8(), exec.Stderr.ToStringUtf8(), exec.ExitCode));
        await Eventually.True(() => File.ReadAllText(_logs.File("app.log")).Contains(" stdout F said"), "the log has the line");
        // CRI refreshes its figures every ten seconds at most; a container without any has none of the fields.
        ContainerStats stats = (await cri.ContainerStatsAsync(new() { ContainerId = container })).Stats;
        Assert.True(stats.Memory.WorkingSetBytes.Value > 0);
        Assert.True(stats.Cpu.UsageCoreNanoSeconds.Value > 0);

        await cri.StopContainerAsync(new() { ContainerId = container, Timeout = 1 });
        ContainerStatus status = (await cri.ContainerStatusAsync(new() { ContainerId = container })).Status;
        Assert.Equal((ContainerState.ContainerExited, 137), (status.State, status.ExitCode));
        await cri.RemoveContainerAsync(new() { ContainerId = container });
        await cri.StopPodSandboxAsync(new() { PodSandboxId = sandbox });
        await cri.RemovePodSandboxAsync(new() { PodSandboxId = sandbox });
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Exec_that_takes_too_long_is_ended_and_the_container_goes_on()
    {
        RuntimeService.RuntimeServiceClient cri = await StartAsync();
        PodSandboxConfig pod = Pod("pods");
        string sandbox = (await cri.RunPodSandboxAsync(new() { Config = pod, RuntimeHandler = "pods" })).PodSandboxId;
        string container = (await cri.CreateContainerAsync(new()
        {
            PodSandboxId = sandbox, SandboxConfig = pod,
            Config = new() { Metadata = new() { Name = "app" }, Image = new() { Image = ShimHost.Image }, Command = { "sleep", "1000" } },
        })).ContainerId;
        await cri.StartContainerAsync(new() { ContainerId = container });
        global::Grpc.Core.RpcException late = await Assert.ThrowsAsync<global::Grpc.Core.RpcException>(async () =>
            await cri.ExecSyncAsync(new() { ContainerId = container, Cmd = { "sleep", "1000" }, Timeout = 1 }));
        Assert.Contains("timeout", late.Status.Detail);
        Assert.Equal(ContainerState.ContainerRunning, (await cri.ContainerStatusAsync(new() { ContainerId = container })).Status.State);
        // A sandbox takes its containers along.
        await cri.StopPodSandboxAsync(new() { PodSandboxId = sandbox });
        await cri.RemovePodSandboxAsync(new() { PodSandboxId = sandbox });
        await host.ExpectNothingLeftAsync();
    }

    private static NamespaceOption Namespaces() => new() { Network = NamespaceMode.Node, Pid = NamespaceMode.Container };

    // The host's network: CNI is no matter of the shim.
    private PodSandboxConfig Pod(string name) => new()
    {
        Metadata = new() { Name = name, Uid = Unique.Id("uid"), Namespace = "default" },
        LogDirectory = _logs.Path,
        Linux = new() { SecurityContext = new() { NamespaceOptions = Namespaces() } },
    };

    private async Task<RuntimeService.RuntimeServiceClient> StartAsync()
    {
        string pause = Path.Combine(Repository.Root, "out/pause.tar");
        Skip.IfNot(File.Exists(pause), $"needs {pause} (make build)");
        await host.StartAsync(new()
        {
            Cri = true,
            ExtraConfig = $"""
                [plugins."io.containerd.grpc.v1.cri"]
                  sandbox_image = "{PauseImage}"
                  restrict_oom_score_adj = true
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.pods]
                  runtime_type = "{ShimHost.Runtime}"
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.path]
                  runtime_type = "io.containerd.runc.v2"
                  runtime_path = "{Repository.Binary("containerd-shim-pods-v1")}"
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                  runtime_type = "{ShimHost.Runtime}"
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                  SystemdCgroup = false
                """,
        });
        await host.Daemon.ImportAsync(pause);
        _channel = GrpcChannel.ForUnixSocket(host.Daemon.Address);
        return new(_channel.CreateCallInvoker());
    }
}
