using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

public abstract class PodTests(ShimHost host)
{
    private static string[] Sandbox(string pod) =>
        ["--annotation", "io.kubernetes.cri.container-type=sandbox", "--annotation", $"io.kubernetes.cri.sandbox-id={pod}"];

    private static string[] Member(string pod) =>
        ["--annotation", "io.kubernetes.cri.container-type=container", "--annotation", $"io.kubernetes.cri.sandbox-id={pod}"];

    [SkippableFact]
    public async Task Two_runs_with_the_annotations_make_a_pod_of_one_shim()
    {
        await host.StartAsync();
        string pod = Unique.Id("pod"), app = Unique.Id("app");
        ProcessEntry pause = await host.RunDetachedAsync(pod, Sandbox(pod));
        ProcessEntry process = await host.RunDetachedAsync(app, Member(pod));
        Assert.Equal(pause.Parent, process.Parent);
        Assert.Equal([pause.Parent], host.Daemon.Shims());
        foreach (string kind in (string[])["net", "uts", "ipc"])
            Assert.Equal(ProcessTable.Namespace(pause.Pid, kind), ProcessTable.Namespace(process.Pid, kind));
        foreach (string kind in (string[])["mnt", "pid"])
            Assert.NotEqual(ProcessTable.Namespace(pause.Pid, kind), ProcessTable.Namespace(process.Pid, kind));
        await host.ExpectRestAndRemoveAsync(pause.Parent, app, pod);
    }

    [SkippableFact]
    public async Task Shared_process_namespace_has_the_sandbox_as_its_first_process()
    {
        await host.StartAsync();
        string pod = Unique.Id("pod"), app = Unique.Id("app");
        ProcessEntry pause = await host.RunDetachedAsync(pod, Sandbox(pod));
        ProcessEntry process = await host.RunDetachedAsync(app, [.. Member(pod), "--annotation", "io.pods.share-process-namespace=true"]);
        Assert.Equal(ProcessTable.Namespace(pause.Pid, "pid"), ProcessTable.Namespace(process.Pid, "pid"));
        Assert.NotEqual(ProcessTable.Namespace(pause.Pid, "mnt"), ProcessTable.Namespace(process.Pid, "mnt"));
        await host.ExpectRestAndRemoveAsync(pause.Parent, app, pod);
    }

    [SkippableFact]
    public async Task Processes_left_in_a_shared_namespace_end_with_their_container()
    {
        await host.StartAsync();
        string pod = Unique.Id("pod"), app = Unique.Id("app");
        ProcessEntry pause = await host.RunDetachedAsync(pod, Sandbox(pod));
        ProcessEntry process = await host.RunDetachedAsync(
            app, [.. Member(pod), "--annotation", "io.pods.share-process-namespace=true"], "sh", "-c", "sleep 4321 & exec sleep 1000");
        await Eventually.True(() => ProcessTable.All().Any(p => p.CommandLine is [_, "4321"]), "the child runs");
        await host.RemoveAsync(app);
        await Eventually.True(() => !ProcessTable.All().Any(p => p.CommandLine is [_, "4321"]), "the child has ended");
        await host.ExpectRestAndRemoveAsync(pause.Parent, pod);
    }

    [SkippableFact]
    public async Task Namespaces_outlive_a_sandbox_process_that_is_killed()
    {
        await host.StartAsync();
        string pod = Unique.Id("pod"), first = Unique.Id("app"), second = Unique.Id("app");
        ProcessEntry pause = await host.RunDetachedAsync(pod, Sandbox(pod));
        ProcessEntry before = await host.RunDetachedAsync(first, Member(pod));
        await host.CtrAsync("task", "kill", "-s", "KILL", pod);
        await Eventually.True(async () => await host.StatusAsync(pod) == "STOPPED", "the sandbox's process is dead");
        Assert.Equal("RUNNING", await host.StatusAsync(first));
        ProcessEntry after = await host.RunDetachedAsync(second, Member(pod));
        Assert.Equal(ProcessTable.Namespace(before.Pid, "net"), ProcessTable.Namespace(after.Pid, "net"));
        await host.ExpectRestAndRemoveAsync(pause.Parent, first, second, pod);
    }

    [SkippableFact]
    public async Task Member_of_a_sandbox_that_is_not_here_is_refused()
    {
        await host.StartAsync();
        string app = Unique.Id("app");
        CommandResult run = await host.CtrAsync(["run", "-d", "--runtime", ShimHost.Runtime, .. Member("nowhere"), ShimHost.Image, app, "true"]);
        Assert.Contains("its sandbox \"nowhere\" does not run in this shim", run.Error);
        await host.CtrAsync("containers", "rm", app);
        await host.ExpectNothingLeftAsync();
    }
}
