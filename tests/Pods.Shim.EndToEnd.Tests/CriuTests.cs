using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>Checkpoint and restore with the real runc and the real CRIU, on every release of containerd.</summary>
public sealed class CriuTests : IDisposable
{
    // What the shell knows is in its memory only; it tells when it is asked.
    private const string Program = """
        secret=$(cat /proc/sys/kernel/random/uuid); echo $secret > /before
        trap 'echo $secret > /after' USR1
        echo ready; while :; do sleep 0.1; done
        """;

    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [SkippableTheory]
    [MemberData(nameof(ContainerdVersions.All), MemberType = typeof(ContainerdVersions))]
    public async Task Frozen_container_goes_on_where_it_was_in_another(string version)
    {
        Requires.Root();
        Directory.CreateDirectory(_scratch.File("bin"));
        await Criu.WriteAsync(_scratch.File("bin"));
        await using ShimHost host = HostOf(version);
        await host.StartAsync(new() { PathFirst = [_scratch.File("bin")] });
        string id = Unique.Id("criu"), again = Unique.Id("again"), image = $"test.local/{id}:1";
        string log = _scratch.File("out");
        ProcessEntry init = await host.RunDetachedAsync(id, ["--log-uri", $"file://{log}"], "sh", "-c", Program);
        await Eventually.True(() => File.Exists(log) && File.ReadAllText(log).Contains("ready"), "the program has its handler");
        string secret = (await host.ExecAsync(id, "cat", "/before")).Succeeded().Output;

        (await host.CtrAsync("containers", "checkpoint", "--image", "--task", id, image)).Succeeded();
        Assert.Equal("RUNNING", await host.StatusAsync(id));
        (await host.CtrAsync("task", "kill", "-s", "USR1", id)).Succeeded();
        await ExpectAsync(host, id, secret);
        await host.ExpectRestAndRemoveAsync(init.Parent, id);

        (await host.CtrAsync("containers", "restore", "--live", again, image)).Succeeded();
        Assert.Equal("RUNNING", await host.StatusAsync(again));
        // The image has no such file: the program did not begin anew.
        Assert.NotEqual(0, (await host.ExecAsync(again, "cat", "/before")).ExitCode);
        (await host.CtrAsync("task", "kill", "-s", "USR1", again)).Succeeded();
        await ExpectAsync(host, again, secret);
        ProcessEntry restored = ProcessTable.Find(await host.PidAsync(again))!;
        Assert.Equal([restored.Parent], host.Daemon.Shims());
        await host.ExpectRestAndRemoveAsync(restored.Parent, again);
    }

    private static Task ExpectAsync(ShimHost host, string id, string secret) => Eventually.True(
        async () => (await host.ExecAsync(id, "cat", "/after")).Output == secret, $"{id} tells what it knew");

    private static ShimHost HostOf(string version) => version switch
    {
        ContainerdVersions.Installed => new Installed.Host(),
        "1.7" => new Containerd17.Host(),
        _ => new Containerd2.Host(),
    };
}
