using Pods.Containerd;
using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>SIGKILL at each step of a container's life: containerd runs `delete`, and that leaves nothing.</summary>
public sealed class KilledShimTests(Installed.Host host) : IClassFixture<Installed.Host>
{
    private const string Sleep = """{"args":["sleep","1000"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}}""";

    [SkippableTheory]
    [InlineData("created")]
    [InlineData("running")]
    [InlineData("exec added")]
    [InlineData("exec running")]
    [InlineData("paused")]
    [InlineData("stopped")]
    public async Task Shim_killed_with_a_container_that_is(string step)
    {
        await host.StartAsync();
        string id = Unique.Id("step");
        (await host.CtrAsync("containers", "create", "--runtime", ShimHost.Runtime, ShimHost.Image, id, "sleep", "1000")).Succeeded();
        await using ContainerdClient client = ContainerdClient.Connect(host.Daemon.Address, "k8s.io");
        int shim = await TakeToAsync(client, id, step);
        string bundle = Path.Combine(host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io", id);
        string socket = (await File.ReadAllTextAsync(Path.Combine(bundle, "address")))["unix://".Length..];
        Assert.True(File.Exists(socket));

        Native.Kill(shim);

        // The daemon removes the bundle when `delete` has answered.
        await Eventually.True(() => !Directory.Exists(bundle), "the daemon has cleaned up");
        await Leftovers.ExpectNoneAsync(id);
        Assert.False(File.Exists(socket), "the socket is gone");
        Assert.False(Directory.Exists($"/run/containerd/runc/k8s.io/{id}"), "the OCI runtime has forgotten it");
        await host.CtrAsync("task", "rm", "-f", id);
        (await host.CtrAsync("containers", "rm", id)).Succeeded();
        await host.ExpectNothingLeftAsync();
    }

    /// <summary>Nothing but `delete` ends what lives on in a pid namespace whose first process is another container's.</summary>
    [SkippableFact]
    public async Task Processes_in_a_shared_namespace_end_when_the_shim_is_killed()
    {
        await host.StartAsync();
        string pod = Unique.Id("pod"), app = Unique.Id("app"), mark = Random.Shared.Next(100_000, 999_999).ToString();
        string[] group = ["--annotation", $"io.kubernetes.cri.sandbox-id={pod}"];
        ProcessEntry pause = await host.RunDetachedAsync(pod, [.. group, "--annotation", "io.kubernetes.cri.container-type=sandbox"]);
        await host.RunDetachedAsync(app, [.. group, "--annotation", "io.kubernetes.cri.container-type=container",
            "--annotation", "io.pods.share-process-namespace=true"], "sh", "-c", $"setsid sleep {mark} & exec sleep 1000");
        await Eventually.True(() => ProcessTable.All().Any(p => p.CommandLine is [_, var time] && time == mark), "the child runs");

        Native.Kill(pause.Parent);

        await Leftovers.ExpectNoneAsync(mark);
        foreach (string id in (string[])[app, pod])
        {
            string bundle = Path.Combine(host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io", id);
            await Eventually.True(() => !Directory.Exists(bundle), $"the daemon has cleaned up after {id}", TimeSpan.FromSeconds(30));
            await host.CtrAsync("task", "rm", "-f", id);
            (await host.CtrAsync("containers", "rm", id)).Succeeded();
        }
        await host.ExpectNothingLeftAsync();
    }

    /// <returns>The shim.</returns>
    private static async Task<int> TakeToAsync(ContainerdClient client, string id, string step)
    {
        CancellationToken none = CancellationToken.None;
        TaskService tasks = client.Tasks;
        int pid = await tasks.CreateAsync(new() { ContainerId = id, Rootfs = (await client.Snapshots().MountsAsync(id, none))! }, none);
        int shim = ProcessTable.Find(pid)!.Parent;
        if (step == "created")
            return shim;
        await tasks.StartAsync(id, "", none);
        if (step.StartsWith("exec", StringComparison.Ordinal))
            await tasks.ExecAsync(new() { ContainerId = id, ExecId = "e", Process = System.Text.Encoding.UTF8.GetBytes(Sleep) }, none);
        if (step == "exec running")
            await tasks.StartAsync(id, "e", none);
        if (step == "paused")
            await tasks.PauseAsync(id, none);
        if (step == "stopped")
        {
            await tasks.KillAsync(id, 9, "", all: true, none);
            await tasks.WaitAsync(id, "", none);
        }
        return shim;
    }
}
