using Cri.Runtime.V1;
using Pods.Grpc;
using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>Pods of a kubelet: what it asks CRI of containerd 2 for, which has a network and runtimes of the tests' own.</summary>
public abstract class CriPodTests(Containerd2.Host host, CriPodTests.PodNetwork network)
    : IClassFixture<Containerd2.Host>, IClassFixture<CriPodTests.PodNetwork>, IAsyncLifetime
{
    private GrpcChannel? _channel;

    private protected Containerd2.Host Host => host;
    private protected PodNetwork Network => network;
    private protected ScratchDirectory Scratch { get; } = new();
    private protected RuntimeService.RuntimeServiceClient Cri { get; private set; } = null!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_channel is not null)
            await _channel.DisposeAsync();
        Scratch.Dispose();
    }

    /// <param name="pauseImage">What CRI makes sandboxes of.</param>
    /// <param name="runtimes">Tables of CRI's configuration, one for each handler.</param>
    private protected async Task StartAsync(string pauseImage, string runtimes)
    {
        Requires.Binaries("pause");
        Skip.IfNot(File.Exists("/usr/lib/cni/ptp"), "needs /usr/lib/cni/ptp (sudo make deps)");
        await host.StartAsync(new() { Cri = true, ExtraConfig = CriConfig.Of(pauseImage, network.Directory) + "\n" + runtimes });
        await ConnectAsync();
    }

    private protected async Task ConnectAsync()
    {
        if (_channel is not null)
            await _channel.DisposeAsync();
        _channel = GrpcChannel.ForUnixSocket(host.Daemon.Address);
        Cri = new(_channel.CreateCallInvoker());
    }

    private protected PodSandboxConfig Pod(string name, NamespaceOption namespaces) => new()
    {
        Metadata = new() { Name = name, Uid = Unique.Id("uid"), Namespace = "default" },
        Hostname = name,
        LogDirectory = Scratch.Path,
        Linux = new() { SecurityContext = new() { NamespaceOptions = namespaces } },
    };

    private protected async Task<string> ExecAsync(string container, string script)
    {
        ExecSyncResponse exec = await Cri.ExecSyncAsync(new() { ContainerId = container, Cmd = { "sh", "-c", script }, Timeout = 30 });
        Assert.True(exec.ExitCode == 0, $"{script}: exit {exec.ExitCode}: {exec.Stderr.ToStringUtf8()}");
        return exec.Stdout.ToStringUtf8();
    }

    /// <summary>Stops it too, with what still runs in it.</summary>
    private protected async Task RemoveSandboxAsync(string sandbox)
    {
        await Cri.StopPodSandboxAsync(new() { PodSandboxId = sandbox });
        await Cri.RemovePodSandboxAsync(new() { PodSandboxId = sandbox });
        await Leftovers.ExpectNoneAsync(sandbox);
    }

    /// <summary>A pair of interfaces for each pod, which goes with the pod's namespace; addresses are counted in a directory of its own.</summary>
    public sealed class PodNetwork : IDisposable
    {
        private readonly ScratchDirectory _scratch = new();

        public PodNetwork() => File.WriteAllText(_scratch.File("10-pods.conflist"), $$$"""
            {"cniVersion":"0.4.0","name":"{{{Unique.Id("pods")}}}","plugins":[{"type":"ptp","ipam":{"type":"host-local",
              "ranges":[[{"subnet":"10.231.{{{Random.Shared.Next(256)}}}.0/24"}]],"dataDir":"{{{_scratch.File("addresses")}}}"}}]}
            """);

        public string Directory => _scratch.Path;

        public void Dispose() => _scratch.Dispose();
    }
}
