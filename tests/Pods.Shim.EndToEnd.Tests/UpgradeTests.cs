using Containerd.Task.V3;
using Pods.TestKit;
using Task = System.Threading.Tasks.Task;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>Containers of one group, started before and after an exchange of the stock shim for ours and back.</summary>
public abstract class UpgradeTests(ShimHost host)
{
    private const string Stock = "io.containerd.runc.v2";

    [SkippableTheory]
    [InlineData(Stock, ShimHost.Runtime)]
    [InlineData(ShimHost.Runtime, Stock)]
    public async Task Container_joins_the_shim_that_its_group_has_already(string first, string second)
    {
        await host.StartAsync();
        string group = Unique.Id("group"), older = Unique.Id("old"), newer = Unique.Id("new");
        ProcessEntry before = await RunAsync(first, group, older);
        ProcessEntry after = await RunAsync(second, group, newer);
        Assert.Equal(before.Parent, after.Parent);
        Assert.Equal(0, (await host.ExecAsync(newer, "true")).ExitCode);
        await host.RemoveAsync(older, newer);
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Our_delete_cleans_up_after_the_stock_shim()
    {
        await host.StartAsync();
        string id = Unique.Id("stock");
        ProcessEntry init = await RunAsync(Stock, id, id);
        string bundle = Path.Combine(host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io", id);
        // Without the daemon nobody runs the stock shim's own delete.
        await host.Daemon.KillAsync();
        Native.Kill(init.Parent);
        using ScratchDirectory scratch = new();
        CommandResult deleted = await Command.RunAsync("sh",
        [
            "-c", $"exec \"$0\" \"$@\" > {scratch.File("answer")}", Repository.Binary("containerd-shim-pods-v1"),
            "-namespace", "k8s.io", "-address", host.Daemon.Address, "-id", id, "-bundle", bundle, "delete",
        ], directory: bundle);
        Assert.Equal((0, ""), (deleted.ExitCode, deleted.Error));
        DeleteResponse answer = DeleteResponse.Parser.ParseFrom(await File.ReadAllBytesAsync(scratch.File("answer")));
        Assert.Equal(((uint)init.Pid, 137u), (answer.Pid, answer.ExitStatus));
        // Dead by now, and init's to reap.
        await Eventually.True(() => ProcessTable.Find(init.Pid) is null, "the container's process is gone");
        Assert.Empty(MountTable.Below(bundle));
        Assert.False(Directory.Exists($"/run/containerd/runc/k8s.io/{id}"));
        Assert.True(Directory.Exists(bundle), "the bundle is the daemon's to remove");
        await host.Daemon.StartAgainAsync();
        await host.CtrAsync("task", "rm", "-f", id);
        (await host.CtrAsync("containers", "rm", id)).Succeeded();
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Path_of_our_program_serves_as_the_runtime()
    {
        await host.StartAsync();
        string id = Unique.Id("path");
        CommandResult run = await host.CtrAsync("run", "--rm", "--runtime", Repository.Binary("containerd-shim-pods-v1"), ShimHost.Image, id, "echo", "hi");
        Assert.Equal("hi\n", run.Succeeded().Output);
        await host.ExpectNothingLeftAsync();
    }

    private async Task<ProcessEntry> RunAsync(string runtime, string group, string id)
    {
        (await host.CtrAsync("run", "-d", "--runtime", runtime, "--annotation", $"io.containerd.runc.v2.group={group}",
            ShimHost.Image, id, "sleep", "1000")).Succeeded();
        return ProcessTable.Find(await host.PidAsync(id))!;
    }
}
