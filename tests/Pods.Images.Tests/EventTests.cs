using Containerd.Services.Images.V1;
using Pods.Containerd;

namespace Pods.Images.Tests;

public sealed class EventTests
{
    [SkippableFact]
    public async Task Subscriber_misses_nothing_that_happens_after_it_is_told_so()
    {
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(30));
        TaskCompletionSource subscribed = new();
        Task<string> first = FirstAsync(images.Containerd.Events.SubscribeAsync(["topic==\"/images/create\""], subscribed, stop.Token));
        await subscribed.Task.WaitAsync(stop.Token);
        await images.Containerd.Images.PutAsync(
            new("a", new() { Digest = "sha256:" + new string('0', 64), Size = 1, MediaType = "x" }, new Dictionary<string, string>()), stop.Token);
        Assert.Equal("a", await first);
    }

    [SkippableFact]
    public async Task Subscription_ends_as_unavailable_when_containerd_dies()
    {
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(30));
        TaskCompletionSource subscribed = new();
        Task<string> first = FirstAsync(images.Containerd.Events.SubscribeAsync([], subscribed, stop.Token));
        await subscribed.Task.WaitAsync(stop.Token);
        await images.Daemon.KillAsync();
        Assert.True((await Assert.ThrowsAsync<ContainerdException>(() => first)).IsUnavailable);
        await images.Daemon.StartAgainAsync();
        Assert.NotEmpty((await images.Containerd.Introspection.VersionAsync(stop.Token)).Version);
    }

    private static async Task<string> FirstAsync(IAsyncEnumerable<ContainerdEvent> events)
    {
        await foreach (ContainerdEvent happened in events)
            return happened.As<ImageCreate>()?.Name ?? "";
        return "none";
    }
}
