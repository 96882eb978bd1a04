using System.Diagnostics;
using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

public sealed class FaultTests : FakeRuncTests
{
    [SkippableTheory]
    [InlineData("error(mount of /nowhere denied)", "mount of /nowhere denied")]
    [InlineData("exit-before-pidfile", "no pid in")]
    [InlineData("garbage-pidfile", "no pid in")]
    [InlineData("panic", "exit status 137")]
    [InlineData("panic-after-pidfile", "exit status 137")]
    public async Task Create_that_fails_says_why_and_leaves_nothing(string fault, string reason)
    {
        await StartAsync();
        string id = Unique.Id("fault");
        CommandResult run = await RunAsync(id, fault);
        Assert.Contains("OCI runtime create failed", run.Error);
        Assert.Contains(reason, run.Error);
        Assert.False(Directory.Exists(Path.Combine("/run/containerd/runc/k8s.io", id)));
        await Host.CtrAsync("containers", "rm", id);
        await Host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task State_of_the_pods_other_containers_is_answered_while_a_create_is_slow()
    {
        await StartAsync();
        string pod = Unique.Id("pod"), slow = Unique.Id("slow");
        string[] group = ["--annotation", $"io.kubernetes.cri.sandbox-id={pod}"];
        ProcessEntry init = await Host.RunDetachedAsync(pod, group);
        Task<CommandResult> creating = RunAsync(slow, "hang", group);
        ProcessEntry runtime = await Eventually.Get(
            () => ProcessTable.ChildrenOf(init.Parent).FirstOrDefault(p => p.State == 'T' && p.CommandLine.Contains("create")), "the runtime hangs");
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Equal("RUNNING", await Host.StatusAsync(pod));
        Assert.Equal(0, (await Host.ExecAsync(pod, "true")).ExitCode);
        Assert.False(creating.IsCompleted);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Native.Kill(runtime.Pid, "CONT");
        (await creating).Succeeded();
        await Host.ExpectRestAndRemoveAsync(init.Parent, slow, pod);
    }

    [SkippableTheory]
    [InlineData("delay(2)")]
    [InlineData("hang")]
    public async Task Shim_killed_during_create_is_cleaned_up_after(string fault)
    {
        await StartAsync();
        string id = Unique.Id("slow");
        Task<CommandResult> creating = RunAsync(id, fault);
        ProcessEntry runtime = await Eventually.Get(
            () => ProcessTable.All().FirstOrDefault(p => p.CommandLine.Contains("create") && p.CommandLine.Contains(id)),
            "the slow runtime is at work");
        Native.Kill(runtime.Parent);
        Assert.NotEqual(0, (await creating).ExitCode);
        await Eventually.True(() => !ProcessTable.All().Any(p => p.CommandLine.Contains(id)), "nothing of the container runs");
        await Host.CtrAsync("task", "rm", "-f", id);
        await Host.CtrAsync("containers", "rm", id);
        await Host.ExpectNothingLeftAsync();
        Assert.False(Directory.Exists(Path.Combine("/run/containerd/runc/k8s.io", id)));
    }

    [SkippableFact]
    public async Task Shim_killed_while_an_exec_begins_is_cleaned_up_after()
    {
        await StartAsync();
        string id = Unique.Id("begun");
        ProcessEntry init = await Host.RunDetachedAsync(id, ["--annotation", "io.pods.test.exec=hang"]);
        Task<CommandResult> starting = Host.ExecAsync(id, "true");
        await Eventually.True(
            () => ProcessTable.ChildrenOf(init.Parent).Any(p => p.State == 'T' && p.CommandLine.Contains("exec")), "the runtime hangs");
        Native.Kill(init.Parent);
        Assert.NotEqual(0, (await starting).ExitCode);
        await Leftovers.ExpectNoneAsync(id);
        await Host.CtrAsync("task", "rm", "-f", id);
        await Host.CtrAsync("containers", "rm", id);
        await Host.ExpectNothingLeftAsync();
    }

    private Task<CommandResult> RunAsync(string id, string fault, string[]? flags = null) => Host.CtrAsync(
    [
        "run", "-d", "--runtime", ShimHost.Runtime, "--annotation", $"{FakeRunc.Annotation}={fault}", .. flags ?? [],
        ShimHost.Image, id, "sleep", "1000",
    ]);
}
