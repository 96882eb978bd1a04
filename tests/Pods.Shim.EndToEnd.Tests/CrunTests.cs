using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>crun behind the shim, which a client asks for by the option BinaryName: what differs between runtimes is theirs alone.</summary>
public sealed class CrunTests(Installed.Host host) : IClassFixture<Installed.Host>, IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private string _crun = "";

    public void Dispose() => _scratch.Dispose();

    [SkippableFact]
    public async Task Container_lives_from_its_run_to_its_removal()
    {
        await StartAsync();
        string id = Unique.Id("crun");
        ProcessEntry init = await RunAsync(id);
        Assert.Equal(_crun, await File.ReadAllTextAsync(Path.Combine(host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io", id, "runtime")));
        Assert.True(File.Exists($"/run/containerd/runc/k8s.io/{id}/status"), "crun, and no other, keeps its state there");
        CommandResult exec = await host.ExecAsync(id, "sh", "-c", "echo out; echo err >&2; exit 3");
        Assert.Equal(("out\n", "err\n", 3), (exec.Output, exec.Error, exec.ExitCode));
        Assert.Contains("no such file or directory", (await host.ExecAsync(id, "/no/such/program")).Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal([init.Pid], (await host.CtrAsync("task", "ps", id)).Succeeded().Output.Split('\n').Skip(1).Where(l => l.Length > 0)
            .Select(l => int.Parse(l.Split(' ')[0])));
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
        Assert.False(Directory.Exists($"/run/containerd/runc/k8s.io/{id}"));
    }

    [SkippableFact]
    public async Task Pause_resume_limits_and_kill_work()
    {
        await StartAsync();
        string id = Unique.Id("crun");
        ProcessEntry init = await RunAsync(id);
        (await host.CtrAsync("task", "pause", id)).Succeeded();
        Assert.Equal("PAUSED", await host.StatusAsync(id));
        (await host.CtrAsync("task", "resume", id)).Succeeded();
        Assert.Equal("RUNNING", await host.StatusAsync(id));
        Assert.Matches("memory", (await host.CtrAsync("task", "metrics", id)).Succeeded().Output);
        (await host.CtrAsync("task", "kill", "-s", "KILL", id)).Succeeded();
        await Eventually.True(async () => await host.StatusAsync(id) == "STOPPED", "it has ended");
        Assert.Contains("process already finished", (await host.CtrAsync("task", "kill", "-s", "TERM", id)).Error);
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Memory_kill_is_told_before_the_exit_it_causes()
    {
        await StartAsync();
        string id = Unique.Id("crun");
        await using EventListener events = await EventListener.StartAsync(host.Daemon);
        CommandResult run = await CtrRunAsync(id, ["--rm", "--memory-limit", "33554432"], "sh", "-c", "x=a; while :; do x=$x$x; done");
        Assert.Equal(137, run.ExitCode);
        await host.ExpectNothingLeftAsync();
        await Eventually.True(() => events.Topics(id).Contains("/tasks/delete"), "the deletion is told");
        Assert.Equal(["/tasks/create", "/tasks/start", "/tasks/oom", "/tasks/exit", "/tasks/delete"], events.Topics(id));
    }

    [SkippableFact]
    public async Task Program_that_is_missing_is_told_in_cruns_words_and_leaves_nothing()
    {
        await StartAsync();
        string id = Unique.Id("crun");
        CommandResult run = await CtrRunAsync(id, ["--rm"], "/no/such/program");
        Assert.Contains("OCI runtime create failed", run.Error);
        Assert.Contains("/no/such/program", run.Error);
        await host.CtrAsync("containers", "rm", id);
        await host.ExpectNothingLeftAsync();
        await Leftovers.ExpectNoneAsync(id);
    }

    [SkippableFact]
    public async Task Shim_that_is_killed_is_cleaned_up_after_with_crun()
    {
        await StartAsync();
        string id = Unique.Id("crun");
        ProcessEntry init = await RunAsync(id);
        string bundle = Path.Combine(host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io", id);
        Native.Kill(init.Parent);
        await Eventually.True(() => !Directory.Exists(bundle), "the daemon has cleaned up", TimeSpan.FromSeconds(30));
        await Leftovers.ExpectNoneAsync(id);
        Assert.False(Directory.Exists($"/run/containerd/runc/k8s.io/{id}"));
        await host.CtrAsync("task", "rm", "-f", id);
        (await host.CtrAsync("containers", "rm", id)).Succeeded();
        await host.ExpectNothingLeftAsync();
    }

    private async Task<ProcessEntry> RunAsync(string id)
    {
        (await CtrRunAsync(id, ["-d"], "sleep", "1000")).Succeeded();
        return ProcessTable.Find(await host.PidAsync(id))!;
    }

    private Task<CommandResult> CtrRunAsync(string id, string[] flags, params string[] command) => host.CtrAsync(
        ["run", "--runtime", ShimHost.Runtime, "--runtime-config-path", _scratch.File("options.toml"), .. flags, ShimHost.Image, id, .. command]);

    private async Task StartAsync()
    {
        _crun = Requires.FindProgram("crun") ?? "";
        Skip.If(_crun.Length == 0, "needs the program crun (sudo make deps)");
        await host.StartAsync();
        _crun = CrunOnHybrid.Wrap(_crun, _scratch.File("crun"));
        await File.WriteAllTextAsync(_scratch.File("options.toml"), $"BinaryName = \"{_crun}\"\n");
    }
}
