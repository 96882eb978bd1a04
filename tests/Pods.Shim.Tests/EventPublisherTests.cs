using System.Net.Sockets;
using Containerd.Events;
using Google.Protobuf;
using Grpc.Core;
using Pods.Linux;
using Pods.TestKit;
using Pods.Ttrpc;

namespace Pods.Shim.Tests;

public sealed class EventPublisherTests
{
    [Fact]
    public async Task Daemon_that_is_slow_to_take_an_event_is_not_told_again()
    {
        using ScratchDirectory scratch = new();
        List<DateTime> deadlines = [];
        TaskCompletionSource taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TtrpcServer daemon = new(e => new(StatusCode.Unknown, e.Message));
        daemon.Add("containerd.services.events.ttrpc.v1.Events", async (_, _, call) =>
        {
            lock (deadlines)
                deadlines.Add(call.Deadline);
            await taken.Task;
            return ByteString.Empty;
        });
        using CancellationTokenSource stopping = new();
        using Socket listener = UnixSocket.Listen(scratch.File("events.sock"));
        Task serving = daemon.ServeAsync(listener, stopping.Token);
        EventPublisher events = new(scratch.File("events.sock"), "k8s.io", ShimLog.Open(scratch.File("log"), isDebug: false));
        events.Publish(new TaskExit { ContainerId = "c" });
        await Eventually.True(() => { lock (deadlines) return deadlines.Count == 1; }, "the daemon has the event");
        taken.SetResult();
        await events.StopAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, events.Waiting);
        // However long it takes: what ends the wait is the end of the connection, and that is the daemon's.
        Assert.Equal(DateTime.MaxValue, Assert.Single(deadlines));
        await stopping.CancelAsync();
        await serving;
    }

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
