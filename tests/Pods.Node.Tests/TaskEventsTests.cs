using Grpc.Core;
using Pods.Containerd;
using Pods.TestKit;

namespace Pods.Node.Tests;

public sealed class TaskEventsTests
{
    [SkippableFact]
    public async Task Look_at_containerd_that_fails_is_told_and_tried_again()
    {
        await using ContainerdDaemon daemon = await ContainerdDaemon.StartAsync();
        await using ContainerdClient containerd = ContainerdClient.Connect(daemon.Address, "k8s.io");
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(30));
        List<string> said = [];
        int looks = 0;
        TaskEvents events = new(containerd, new NodeOptions { ContainerdAddress = daemon.Address }, said.Add, (_, _, _) => { }, _ => { }, async _ =>
        {
            await Task.Yield();
            if (++looks == 1)
                throw new ContainerdException("list tasks", StatusCode.Unavailable, "it went away");
            await stop.CancelAsync();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => events.RunAsync(stop.Token));

        Assert.Equal(2, looks);
        Assert.Contains("it went away", Assert.Single(said));
    }
}
