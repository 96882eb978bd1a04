using System.Collections.Concurrent;
using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

public sealed class ChurnTests(Containerd2.Host host) : IClassFixture<Containerd2.Host>
{
    private const int Pods = 50, Workers = 10;

    /// <summary>`make soak` does it with more of them; report 12344 of containerd is about its own shims in this case.</summary>
    [SkippableFact]
    public async Task Pods_made_and_deleted_ten_at_a_time_leave_no_shim_socket_mount_cgroup_or_process()
    {
        await host.StartAsync();
        string round = Unique.Id("churn");
        ConcurrentBag<string> sockets = [];
        int made = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async _ =>
        {
            for (int number = Interlocked.Increment(ref made); number <= Pods; number = Interlocked.Increment(ref made))
                sockets.Add(await LiveAndDieAsync($"{round}-{number}"));
        }));
        await host.ExpectNothingLeftAsync();
        await Leftovers.ExpectNoneAsync(round);
        Assert.Equal(Pods, sockets.Distinct().Count());
        Assert.DoesNotContain(sockets, File.Exists);
    }

    /// <returns>The socket that the pod's shim had.</returns>
    private async Task<string> LiveAndDieAsync(string pod)
    {
        string app = pod + "-app";
        string[] group = ["--annotation", $"io.kubernetes.cri.sandbox-id={pod}", "--annotation", "io.kubernetes.cri.container-type="];
        await host.RunDetachedAsync(pod, [.. group[..^1], group[^1] + "sandbox"]);
        await host.RunDetachedAsync(app, [.. group[..^1], group[^1] + "container"]);
        string bundle = Path.Combine(host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io", pod);
        string address = await File.ReadAllTextAsync(Path.Combine(bundle, "address"));
        // As the kubelet does it: the containers, then the sandbox.
        await host.RemoveAsync(app, pod);
        return address["unix://".Length..];
    }
}
