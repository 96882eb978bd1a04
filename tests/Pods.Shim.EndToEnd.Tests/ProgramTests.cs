using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>The program by itself: what containerd gives it by flags, environment and signals.</summary>
public sealed class ProgramTests(Installed.Host host) : IClassFixture<Installed.Host>
{
    private static readonly string _program = Repository.Binary("containerd-shim-pods-v1");

    [SkippableFact]
    public async Task Signal_asks_a_shim_what_it_is_doing()
    {
        await host.StartAsync();
        string id = Unique.Id("usr1");
        ProcessEntry init = await host.RunDetachedAsync(id);
        Native.Kill(init.Parent, "USR1");
        await Eventually.True(
            () => File.ReadAllText(host.Daemon.LogPath).Contains($"container {id}: running, pid {init.Pid}"), "containerd's log has the answer");
        Assert.Equal(0, (await host.ExecAsync(id, "true")).ExitCode);
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Core_scheduling_that_the_kernel_does_not_have_is_an_error_and_leaves_nothing()
    {
        Requires.Binaries("containerd-shim-pods-v1");
        Skip.If(File.Exists("/sys/devices/system/cpu/smt/active") && File.ReadAllText("/sys/devices/system/cpu/smt/active").Trim() == "1",
            "this machine may have core scheduling");
        using ScratchDirectory bundle = new();
        string id = Unique.Id("core");
        CommandResult start = await Command.RunAsync(_program, ["-namespace", "k8s.io", "-address", bundle.File("c.sock"), "-id", id, "start"],
            environment: new Dictionary<string, string> { ["SCHED_CORE"] = "1" }, directory: bundle.Path);
        Assert.Equal(1, start.ExitCode);
        Assert.Contains("prctl", start.Error);
        Assert.False(File.Exists(bundle.File("address")));
        Assert.Empty(Leftovers.Find(id));
    }

    [SkippableTheory]
    [InlineData("start", "{", "", "config.json: not an OCI spec")]
    [InlineData("start", "{}", "what is this", "start odd: standard input is neither containerd's parameters nor options")]
    [InlineData("run", "{}", "", "unknown action \"run\"")]
    [InlineData("", "{}", "", "no action given (start, delete)")]
    public async Task What_cannot_be_understood_is_an_error_in_our_words_and_leaves_no_shim(string action, string config, string input, string reason)
    {
        Requires.Binaries("containerd-shim-pods-v1");
        using ScratchDirectory bundle = new();
        await File.WriteAllTextAsync(bundle.File("config.json"), config);
        string[] flags = ["-namespace", "k8s.io", "-address", bundle.File("c.sock"), "-id", "odd"];
        CommandResult run = await Command.RunAsync(_program, action.Length > 0 ? [.. flags, action] : flags, input, directory: bundle.Path);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains(reason, run.Error);
        Assert.Equal(["config.json"], Directory.GetFiles(bundle.Path).Select(Path.GetFileName));
        Assert.Empty(Leftovers.Find(bundle.Path));
    }

    [SkippableTheory]
    [InlineData("-v")]
    [InlineData("--version")]
    public async Task Version_is_told_before_anything_else_is_asked(string flag)
    {
        Requires.Binaries("containerd-shim-pods-v1");
        CommandResult told = await Command.RunAsync(_program, [flag]);
        Assert.Equal(0, told.ExitCode);
        Assert.StartsWith("containerd-shim-pods-v1:\n  Version:", told.Output);
    }

    [SkippableFact]
    public async Task Namespace_is_needed()
    {
        Requires.Binaries("containerd-shim-pods-v1");
        CommandResult start = await Command.RunAsync(_program, ["-id", "x", "start"]);
        Assert.Equal((1, "containerd-shim-pods-v1: no -namespace given\n"), (start.ExitCode, start.Error));
    }

    [SkippableFact]
    public async Task Delete_in_an_empty_bundle_answers_all_the_same()
    {
        Requires.Root();
        Requires.Binaries("containerd-shim-pods-v1");
        using ScratchDirectory bundle = new();
        CommandResult deleted = await Command.RunAsync(_program,
            ["-namespace", "k8s.io", "-address", bundle.File("c.sock"), "-id", Unique.Id("none"), "-bundle", bundle.Path, "delete"], directory: bundle.Path);
        Assert.Equal((0, ""), (deleted.ExitCode, deleted.Error));
        Assert.NotEmpty(deleted.Output);
        Assert.True(Directory.Exists(bundle.Path));
    }

    [SkippableFact]
    public async Task Delete_answers_and_says_so_when_a_root_is_too_busy_to_be_unmounted()
    {
        Requires.Root();
        Requires.Binaries("containerd-shim-pods-v1");
        using ScratchDirectory bundle = new();
        string root = Directory.CreateDirectory(bundle.File("rootfs")).FullName;
        (await Command.RunAsync("mount", ["-t", "tmpfs", "busy", root])).Succeeded();
        CommandResult deleted;
        await using (FileStream user = File.Create(Path.Combine(root, "used")))
        {
            deleted = await Command.RunAsync(_program,
                ["-namespace", "k8s.io", "-address", bundle.File("c.sock"), "-id", Unique.Id("busy"), "-bundle", bundle.Path, "delete"],
                directory: bundle.Path);
        }
        Native.Unmount(root);
        Assert.Equal(0, deleted.ExitCode);
        Assert.Contains($"umount {root}", deleted.Error);
        Assert.NotEmpty(deleted.Output);
    }
}
