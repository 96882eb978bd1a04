using Containerd.Events;
using Pods.TestKit;

namespace Pods.Shim.Tests;

public sealed class EventPublisherTests
{
    [Fact]
    public async Task Nobody_waits_for_a_daemon_that_is_away_nor_fails_once_it_is_given_up()
    {
        using ScratchDirectory scratch = new();
        EventPublisher events = new($"unix://{scratch.File("nobody.sock")}", "k8s.io", ShimLog.Open(scratch.File("log"), isDebug: false));
        for (int i = 0; i < 5000; i++)
            events.Publish(new TaskOOM { ContainerId = $"c{i}" });
        // Bounded: containerd's own shims keep as many.
        Assert.Equal(2048, events.Waiting);

        await events.StopAsync(TimeSpan.FromMilliseconds(20)).WaitAsync(TimeSpan.FromSeconds(30));

        int left = events.Waiting;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => events.Publish(new TaskExit { ContainerId = "late" }))));
        Assert.Equal(left, events.Waiting);
    }
}
