using Pods.Containerd;
using Pods.TestKit;

namespace Pods.Images.Tests;

/// <summary>A private containerd and an image store on it, for one test.</summary>
internal sealed class ImagesFixture : IAsyncDisposable
{
    private ImagesFixture(ContainerdDaemon daemon, ImageOptions options)
    {
        Daemon = daemon;
        Containerd = ContainerdClient.Connect(daemon.Address, "k8s.io");
        Store = new(Containerd, options);
    }

    public ContainerdDaemon Daemon { get; }
    public ContainerdClient Containerd { get; }
    public ImageStore Store { get; }

    public static async Task<ImagesFixture> StartAsync(Func<ImageOptions, ImageOptions>? change = null, ContainerdOptions? containerd = null)
    {
        ContainerdDaemon daemon = await ContainerdDaemon.StartAsync(containerd);
        ImageOptions options = new() { CertsDirectory = null };
        ImagesFixture fixture = new(daemon, change?.Invoke(options) ?? options);
        await fixture.Containerd.Namespaces.EnsureAsync("k8s.io", CancellationToken.None);
        return fixture;
    }

    /// <summary>What a pull that failed must not leave, and one that succeeded neither.</summary>
    public async Task ExpectNoLeaseOrIngestAsync()
    {
        Assert.Empty(await Containerd.Leases.ListAsync(CancellationToken.None));
        Assert.Empty(await Containerd.Content.ListIngestsAsync(CancellationToken.None));
        Assert.DoesNotContain(
            await Containerd.Snapshots().ListAsync(CancellationToken.None), s => s.Name.StartsWith("extract-", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await Containerd.DisposeAsync();
        await Daemon.DisposeAsync();
    }
}
