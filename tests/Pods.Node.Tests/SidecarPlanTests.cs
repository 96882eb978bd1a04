using Pods.Manifests;

namespace Pods.Node.Tests;

/// <summary>Sidecars, hooks, probes' verdicts and deadlines in the plan.</summary>
public sealed class SidecarPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly PodMemory Empty = new() { Sandbox = new() { Id = "sandbox", IsReady = true }, StartedAt = Now };
    private static readonly Probe Check = new() { TcpSocket = new() };
    private static readonly LifecycleHandler Hook = new() { Sleep = new() { Seconds = 1 } };

    [Fact]
    public void Sidecar_that_runs_lets_the_next_begin()
    {
        Pod pod = Pod();

        Assert.Equal(["s1"], Starts(pod, Empty));
        Assert.Equal(["i"], Starts(pod, Empty.With(Running("s1"))));
        Assert.Equal(["s2"], Starts(pod, Empty.With(Running("s1")).With(Exited("i", 0))));
        Assert.Equal(["a"], Starts(pod, Empty.With(Running("s1")).With(Exited("i", 0)).With(Running("s2"))));
    }

    [Fact]
    public void Sidecar_with_startup_probe_holds_the_next_back_until_it_has_started()
    {
        Pod pod = Pod(sidecar: new() { Name = "s1", RestartPolicy = "Always", StartupProbe = Check });

        Assert.Empty(Starts(pod, Empty.With(Running("s1"))));
        Assert.Equal(["i"], Starts(pod, Empty.With(Running("s1") with { HasStarted = true })));
    }

    [Fact]
    public void Sidecar_is_restarted_whatever_the_policy_of_the_pod_and_with_the_apps_running()
    {
        PodMemory memory = Empty.With(Exited("s1", 0)).With(Exited("i", 0)).With(Running("s2")).With(Running("a"));

        Assert.Equal(["s1"], Starts(Pod("Never"), memory));
    }

    [Fact]
    public void Apps_stop_first_then_the_sidecars_from_the_last_to_the_first()
    {
        Pod pod = Pod() with { Metadata = new() { Name = "p", DeletionTimestamp = Now.AddSeconds(30) } };
        PodMemory all = Empty.With(Running("s1")).With(Exited("i", 0)).With(Running("s2")).With(Running("a"));

        Assert.Equal(["a"], Stops(pod, all));
        Assert.Equal(["s2"], Stops(pod, all.With(Exited("a", 0))));
        Assert.Equal(["s1"], Stops(pod, all.With(Exited("a", 0)).With(Exited("s2", 0))));
        Assert.Equal(["a", "s1", "s2"], Stops(pod, all, Now.AddSeconds(30)).Order());
    }

    [Theory]
    [InlineData(0, PodOutcome.Succeeded)]
    [InlineData(1, PodOutcome.Failed)]
    public void Pod_whose_apps_are_done_ends_its_sidecars_and_then_itself(int code, string outcome)
    {
        Pod pod = Pod("Never");
        PodMemory done = Empty.With(Running("s1")).With(Exited("i", 0)).With(Running("s2")).With(Exited("a", code));

        Assert.Equal(["s2"], Stops(pod, done));
        Assert.Null(PodOutcome.Of(pod, done));
        Assert.Equal(outcome, PodOutcome.Of(pod, done.With(Exited("s2", 137)).With(Exited("s1", 137))));
    }

    [Fact]
    public void PreStop_hook_comes_before_the_signal_and_leaves_two_seconds_after_a_late_end()
    {
        Pod pod = Of(new Container { Name = "a", Lifecycle = new() { PreStop = Hook } }) with
        {
            Metadata = new() { Name = "p", DeletionTimestamp = Now.AddSeconds(10) },
        };
        PodMemory running = Empty.With(Running("a")), done = Empty.With(Running("a") with { IsPreStopDone = true });

        Assert.Equal([new PodStep.PreStop("a", Now.AddSeconds(10))], PodPlan.For(pod, running, Now).Steps);
        Assert.Equal([new PodStep.StopContainer("a", Now.AddSeconds(10))], PodPlan.For(pod, done, Now).Steps);
        Assert.Equal([new PodStep.StopContainer("a", Now.AddSeconds(12))], PodPlan.For(pod, running, Now.AddSeconds(10)).Steps);
    }

    [Fact]
    public void App_with_postStart_hook_holds_back_those_behind_it_until_it_is_done()
    {
        Pod pod = Of(new() { Name = "a", Lifecycle = new() { PostStart = Hook } }, new() { Name = "b" });

        Assert.Equal(["a"], Starts(pod, Empty));
        PodMemory hooked = Empty.With(Running("a") with { IsPostStartPending = true });
        Assert.Empty(Starts(pod, hooked));
        Assert.Contains(PodPlan.For(pod, hooked, Now).Steps, s => s is PodStep.PostStart { Name: "a" });
        Assert.Equal(["b"], Starts(pod, Empty.With(Running("a"))));
    }

    [Fact]
    public void Run_that_a_probe_gave_up_is_stopped_and_then_started_again()
    {
        Pod pod = Of(new Container { Name = "a", LivenessProbe = Check });
        ContainerRun failed = Running("a") with { Stop = new("Unhealthy", "failed", Now.AddSeconds(5)) };

        Assert.Equal([new PodStep.StopContainer("a", Now.AddSeconds(5))], PodPlan.For(pod, Empty.With(failed), Now).Steps);
        Assert.Equal(["a"], Starts(pod, Empty.With(failed with { Phase = RunPhase.Exited, Ended = new() { ExitCode = 137, FinishedAt = Now } })));
    }

    [Fact]
    public void Pod_over_its_active_deadline_is_failed_and_its_containers_stopped()
    {
        Pod pod = Of(new Container { Name = "a" });
        pod = pod with { Spec = pod.Spec! with { ActiveDeadlineSeconds = 5, TerminationGracePeriodSeconds = 3 } };
        PodMemory running = Empty.With(Running("a"));

        Assert.Equal(Now.AddSeconds(5), PodPlan.For(pod, running, Now).WakeAt);
        Assert.Null(PodOutcome.Overdue(pod, running, Now.AddSeconds(4)));
        PodVerdict verdict = PodOutcome.Overdue(pod, running, Now.AddSeconds(5))!;
        Assert.Equal("DeadlineExceeded", verdict.Reason);
        PodMemory judged = running with { Verdict = verdict };
        Assert.Equal([new PodStep.StopContainer("a", Now.AddSeconds(8))], PodPlan.For(pod, judged, Now.AddSeconds(5)).Steps);
        PodMemory ended = judged.With(Exited("a", 143));
        Assert.Equal(PodOutcome.Failed, PodOutcome.Of(pod, ended));
        Assert.Equal([new PodStep.RemoveSandbox()], PodPlan.For(pod, ended, Now.AddSeconds(6)).Steps);
        PodStatus status = PodStatusView.Of(pod, ended, "10.0.0.1", Now);
        Assert.Equal(("Failed", "DeadlineExceeded"), (status.Phase, status.Reason));
    }

    [Theory]
    [InlineData("In", 42, "Never", 42, true)]
    [InlineData("In", 42, "Never", 41, false)]
    [InlineData("NotIn", 42, "Never", 41, true)]
    [InlineData("In", 42, "OnFailure", 1, true)]
    public void Restart_rule_says_more_than_the_policy(string op, int value, string policy, int code, bool restarts)
    {
        Container container = new()
        {
            Name = "a",
            RestartPolicy = policy,
            RestartPolicyRules = [new() { Action = "Restart", ExitCodes = new() { Operator = op, Values = [value] } }],
        };

        Assert.Equal(restarts, ContainerRules.ShouldRestart(Of(container).Spec!, "a", code));
    }

    [Fact]
    public void Container_is_ready_when_started_and_found_ready()
    {
        Container probed = new() { Name = "a", StartupProbe = Check, ReadinessProbe = Check };
        ContainerRun run = Running("a");

        Assert.False(Status(probed, run).Started);
        Assert.False(Status(probed, run with { IsReady = true }).Ready);
        Assert.True(Status(probed, run with { HasStarted = true }).Started);
        Assert.False(Status(probed, run with { HasStarted = true }).Ready);
        Assert.True(Status(probed, run with { HasStarted = true, IsReady = true }).Ready);
        Assert.Equal("ContainerCreating", Status(probed, run with { IsPostStartPending = true }).State!.Waiting!.Reason);
    }

    private static ContainerStatus Status(Container container, ContainerRun run) =>
        PodStatusView.Of(Of(container), Empty.With(run), "10.0.0.1", Now).ContainerStatuses![0];

    private static IEnumerable<string?> Starts(Pod pod, PodMemory memory) =>
        PodPlan.For(pod, memory, Now).Steps.OfType<PodStep.StartContainer>().Select(s => s.Container);

    private static IEnumerable<string?> Stops(Pod pod, PodMemory memory, DateTimeOffset? at = null) =>
        PodPlan.For(pod, memory, at ?? Now).Steps.OfType<PodStep.StopContainer>().Select(s => s.Container);

    private static Pod Pod(string policy = "Always", Container? sidecar = null) => new()
    {
        Metadata = new() { Name = "p" },
        Spec = new()
        {
            RestartPolicy = policy,
            InitContainers =
            [
                sidecar ?? new() { Name = "s1", RestartPolicy = "Always" }, new() { Name = "i" }, new() { Name = "s2", RestartPolicy = "Always" },
            ],
            Containers = [new() { Name = "a" }],
        },
    };

    private static Pod Of(params Container[] containers) =>
        new() { Metadata = new() { Name = "p" }, Spec = new() { RestartPolicy = "Always", Containers = containers } };

    private static ContainerRun Running(string name) =>
        new() { Name = name, Id = name, SandboxId = "sandbox", Phase = RunPhase.Running, StartedAt = Now };

    private static ContainerRun Exited(string name, int code) =>
        Running(name) with { Phase = RunPhase.Exited, Ended = new() { ExitCode = code, FinishedAt = Now } };
}
