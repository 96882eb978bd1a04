using Pods.TestKit;
using Pods.Ttrpc;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>A private containerd with the test image, for the tests of one class; our shim is driven through the real ctr.</summary>
public abstract class ShimHost : IAsyncLifetime
{
    public const string Image = "test.local/busybox:1";
    public const string Runtime = "io.containerd.pods.v1";

    private ContainerdDaemon? _daemon;

    public ContainerdDaemon Daemon => _daemon!;

    /// <summary>The release of containerd, by <see cref="ContainerdVersions"/>.</summary>
    public abstract string Version { get; }

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Starts containerd with the first test, which is skipped where it cannot run.</summary>
    public async Task StartAsync(ContainerdOptions? options = null)
    {
        Requires.Root();
        Requires.Binaries("containerd-shim-pods-v1");
        if (_daemon is not null)
            return;
        ContainerdOptions release = ContainerdVersions.Options(Version);
        _daemon = await ContainerdDaemon.StartAsync((options ?? release) with { BinDirectory = release.BinDirectory });
        using ScratchDirectory scratch = new();
        TestImage.Busybox().WriteOciArchive(scratch.File("busybox.tar"), Image);
        await _daemon.ImportAsync(scratch.File("busybox.tar"));
    }

    public async Task DisposeAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();
    }

    /// <summary>To the shim itself, past containerd.</summary>
    public async Task<TtrpcChannel> ConnectAsync(string id) => await TtrpcChannel.ConnectAsync(await SocketOfAsync(id), CancellationToken.None);

    public async Task<string> SocketOfAsync(string id)
    {
        string bundle = Path.Combine(Daemon.State, "io.containerd.runtime.v2.task/k8s.io", id);
        return (await File.ReadAllTextAsync(Path.Combine(bundle, "address")))["unix://".Length..];
    }

    public Task<CommandResult> CtrAsync(params string[] arguments) => Daemon.CtrAsync(arguments);

    /// <summary>A container that runs until it is removed; returns its first process.</summary>
    public async Task<ProcessEntry> RunDetachedAsync(string id, string[]? flags = null, params string[] command)
    {
        string[] sleep = ["sleep", "1000"];
        (await CtrAsync(["run", "-d", "--runtime", Runtime, .. flags ?? [], Image, id, .. command.Length > 0 ? command : sleep])).Succeeded();
        return ProcessTable.Find(await PidAsync(id))!;
    }

    public async Task<CommandResult> RunAsync(string id, params string[] command) =>
        await CtrAsync(["run", "--rm", "--runtime", Runtime, Image, id, .. command]);

    public Task<CommandResult> ExecAsync(string id, params string[] command) =>
        CtrAsync(["task", "exec", "--exec-id", Unique.Id("e"), id, .. command]);

    public async Task<int> PidAsync(string id) => int.Parse((await RowAsync(id))[1]);

    /// <summary>RUNNING, STOPPED … ; "" when there is no such task.</summary>
    public async Task<string> StatusAsync(string id) => await RowAsync(id) is { Length: > 2 } row ? row[2] : "";

    /// <summary>Kills and deletes, as a client would that wants to be rid of a container.</summary>
    public async Task RemoveAsync(params string[] ids)
    {
        foreach (string id in ids)
        {
            await CtrAsync("task", "kill", "-s", "KILL", id);
            await Eventually.True(async () => await StatusAsync(id) is "STOPPED" or "", $"{id} has stopped");
            await CtrAsync("task", "rm", id);
            (await CtrAsync("containers", "rm", id)).Succeeded();
        }
    }

    /// <summary>What every test ends with: the shim came to rest within its budget, and after the last container it is gone.</summary>
    public async Task ExpectRestAndRemoveAsync(int shim, params string[] ids)
    {
        await MemoryBudget.Idle.CheckAsync(shim);
        await RemoveAsync(ids);
        await ExpectNothingLeftAsync();
    }

    public async Task ExpectNothingLeftAsync()
    {
        await Eventually.True(() => Daemon.Shims().Count == 0, "every shim has ended");
        Assert.Empty(Directory.GetDirectories(Path.Combine(Daemon.State, "io.containerd.runtime.v2.task/k8s.io")));
        Assert.Empty(MountTable.Below(Path.Combine(Daemon.State, "io.containerd.runtime.v2.task")));
    }

    private async Task<string[]> RowAsync(string id)
    {
        string list = (await CtrAsync("task", "ls")).Succeeded().Output;
        string[][] rows = [.. list.Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        return rows.FirstOrDefault(r => r.Length > 0 && r[0] == id) ?? [];
    }
}
