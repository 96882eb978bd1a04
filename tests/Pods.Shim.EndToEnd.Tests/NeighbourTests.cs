using Cri.Runtime.V1;
using Pods.Grpc;
using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>
/// A kubelet's pods and podsd's on one containerd, on a machine that has both (tests/vm): what each sees of the other, and what becomes
/// of the other's when one ends. podsd has been asked for a pod "web" before.
/// </summary>
public sealed class NeighbourTests : IAsyncLifetime
{
    private const string Variable = "PODS_MACHINE";
    private const string Image = "registry.local/busybox:vm";

    private GrpcChannel? _channel;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_channel is not null)
            await _channel.DisposeAsync();
    }

    [SkippableFact]
    public async Task Pods_of_a_kubelet_and_of_podsd_do_not_touch_each_other()
    {
        string? handler = Environment.GetEnvironmentVariable(Variable);
        Skip.If(handler is null, $"needs a machine whose containerd has podsd and a CRI handler of ours, named by {Variable} (make test-vm)");
        _channel = GrpcChannel.ForUnixSocket("/run/containerd/containerd.sock");
        RuntimeService.RuntimeServiceClient cri = new(_channel.CreateCallInvoker());
        string before = await WebAsync();
        string[] ours = [.. (await TasksAsync()).Order()];

        // Of podsd's pods the CRI plugin knows nothing, though they are in its namespace.
        Assert.Empty((await cri.ListPodSandboxAsync(new())).Items);
        Assert.Empty((await cri.ListContainersAsync(new())).Containers);

        PodSandboxConfig pod = new()
        {
            Metadata = new() { Name = "neighbour", Uid = Unique.Id("uid"), Namespace = "default" },
            Linux = new()
            {
                CgroupParent = "kubepods-besteffort-podneighbour.slice",
                SecurityContext = new() { NamespaceOptions = new() { Network = NamespaceMode.Node, Pid = NamespaceMode.Container } },
            },
        };
        string sandbox = (await cri.RunPodSandboxAsync(new() { Config = pod, RuntimeHandler = handler })).PodSandboxId;
        string container = (await cri.CreateContainerAsync(new()
        {
            PodSandboxId = sandbox, SandboxConfig = pod,
            Config = new() { Metadata = new() { Name = "app" }, Image = new() { Image = Image }, Command = { "sleep", "86400" } },
        })).ContainerId;
        await cri.StartContainerAsync(new() { ContainerId = container });
        Assert.Equal(ours.Length + 2, (await TasksAsync()).Count);
        Assert.Single(ProcessTable.All(), p => p.CommandLine is ["/usr/bin/containerd-shim-pods-v1", ..] && p.CommandLine.Contains(sandbox));

        // podsd looks anew at everything when it starts, and removes what belongs to none of its pods.
        (await Command.RunAsync("systemctl", ["restart", "podsd"])).Succeeded();
        await PodsAsync("wait", "--for=condition=Ready", "--timeout=120s", "pod/web");
        Assert.Equal(ContainerState.ContainerRunning, (await cri.ContainerStatusAsync(new() { ContainerId = container })).Status.State);
        Assert.DoesNotContain("neighbour", await PodsAsync("get", "-A"));

        await cri.StopPodSandboxAsync(new() { PodSandboxId = sandbox });
        await cri.RemovePodSandboxAsync(new() { PodSandboxId = sandbox });
        Assert.Equal(ours, (await TasksAsync()).Order());
        Assert.Equal(before, await WebAsync());
    }

    /// <summary>Another container, or one more start of it, reads differently.</summary>
    private static Task<string> WebAsync() =>
        PodsAsync("get", "pod", "web", "-o", "jsonpath={.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}");

    private static async Task<string> PodsAsync(params string[] arguments) =>
        (await Command.RunAsync("pods", arguments, limit: TimeSpan.FromSeconds(150))).Succeeded().Output.Trim();

    private static async Task<IReadOnlyList<string>> TasksAsync() =>
        (await Command.RunAsync("ctr", ["-n", "k8s.io", "tasks", "ls", "-q"])).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
