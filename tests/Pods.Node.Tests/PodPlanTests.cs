using Pods.Manifests;

namespace Pods.Node.Tests;

public sealed class PodPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly SandboxRecord Ready = new() { Id = "sandbox", IsReady = true };

    [Fact]
    public void Pod_without_sandbox_gets_one() => Assert.Equal([new PodStep.CreateSandbox()], For(Pod(), new()).Steps);

    [Fact]
    public void Sandbox_that_failed_waits_for_its_time()
    {
        PodMemory memory = new() { SandboxFailure = new("FailedCreatePodSandBox", "no network", Now.AddSeconds(10), TimeSpan.FromSeconds(10)) };

        PodPlan plan = For(Pod(), memory);

        Assert.Empty(plan.Steps);
        Assert.Equal(Now.AddSeconds(10), plan.WakeAt);
    }

    [Fact]
    public void Apps_of_a_ready_sandbox_start_together() =>
        Assert.Equal([new PodStep.StartContainer("a"), new PodStep.StartContainer("b")], For(Pod(), new() { Sandbox = Ready }).Steps);

    [Fact]
    public void Init_container_runs_alone_before_the_apps()
    {
        Pod pod = Pod(init: "i");
        PodMemory memory = new() { Sandbox = Ready };

        Assert.Equal([new PodStep.StartContainer("i")], For(pod, memory).Steps);
        Assert.Empty(For(pod, memory.With(Running("i"))).Steps);
        Assert.Equal(2, For(pod, memory.With(Exited("i", 0))).Steps.Count);
    }

    [Fact]
    public void Running_containers_need_nothing()
    {
        PodPlan plan = For(Pod(), new PodMemory { Sandbox = Ready }.With(Running("a")).With(Running("b")));

        Assert.Empty(plan.Steps);
        Assert.Null(plan.WakeAt);
    }

    [Theory]
    [InlineData("Always", 0, true)]
    [InlineData("Always", 1, true)]
    [InlineData("OnFailure", 0, false)]
    [InlineData("OnFailure", 1, true)]
    [InlineData("Never", 1, false)]
    public void Container_that_ended_is_restarted_by_policy(string policy, int code, bool restarts)
    {
        PodPlan plan = For(Pod(policy), new PodMemory { Sandbox = Ready }.With(Running("a")).With(Exited("b", code)));

        Assert.Equal(restarts ? [new PodStep.StartContainer("b")] : [], plan.Steps);
    }

    [Fact]
    public void Container_in_back_off_is_started_when_its_time_has_come()
    {
        PodMemory memory = new PodMemory { Sandbox = Ready }.With(Running("a"))
            .With(Exited("b", 1) with { Backoff = TimeSpan.FromSeconds(20) });

        PodPlan before = For(Pod(), memory), after = PodPlan.For(Pod(), memory, Now.AddSeconds(20));

        Assert.Empty(before.Steps);
        Assert.Equal(Now.AddSeconds(20), before.WakeAt);
        Assert.Equal([new PodStep.StartContainer("b")], after.Steps);
    }

    [Fact]
    public void Sandbox_that_ended_is_removed_before_anything_else() => Assert.Equal([new PodStep.RemoveSandbox()],
        For(Pod(), new PodMemory { Sandbox = Ready with { HasEnded = true } }.With(Running("a"))).Steps);

    [Fact]
    public void Halt_stops_what_runs_and_begins_nothing()
    {
        DateTimeOffset halt = Now.AddSeconds(30);
        PodMemory running = new PodMemory { Sandbox = Ready }.With(Running("a")).With(Exited("b", 0));

        Assert.Equal([new PodStep.StopContainer("a", halt)], PodPlan.For(Pod(), running, Now, halt).Steps);
        Assert.Empty(PodPlan.For(Pod(), new(), Now, halt).Steps);
        Assert.Equal([new PodStep.RemoveSandbox()],
            PodPlan.For(Pod(), new PodMemory { Sandbox = Ready }.With(Exited("a", 0)).With(Exited("b", 1)), Now, halt).Steps);
    }

    [Fact]
    public void Containers_of_an_earlier_sandbox_are_started_again()
    {
        PodMemory memory = new PodMemory { Sandbox = Ready with { Id = "second" } }.With(Exited("a", 137)).With(Exited("b", 137));

        Assert.Equal(2, For(Pod(), memory).Steps.Count);
    }

    [Fact]
    public void Pod_that_is_over_keeps_no_sandbox()
    {
        PodMemory memory = new PodMemory { Sandbox = Ready }.With(Exited("a", 0)).With(Exited("b", 0));

        Assert.Equal([new PodStep.RemoveSandbox()], For(Pod("Never"), memory).Steps);
        Assert.Empty(For(Pod("Never"), memory with { Sandbox = null }).Steps);
    }

    [Fact]
    public void Deleted_pod_is_asked_then_killed_then_forgotten()
    {
        Pod pod = Pod() with { Metadata = new() { DeletionTimestamp = Now.AddSeconds(30) } };
        PodMemory running = new PodMemory { Sandbox = Ready }.With(Running("a"));

        PodPlan asked = For(pod, running);
        Assert.Equal([new PodStep.StopContainer("a", Now.AddSeconds(30))], asked.Steps);
        Assert.Equal(Now.AddSeconds(30), asked.WakeAt);
        Assert.Equal([new PodStep.RemoveSandbox()], PodPlan.For(pod, running, Now.AddSeconds(30) + StopPlan.Patience).Steps);
        Assert.Equal([new PodStep.RemoveSandbox()], For(pod, new PodMemory { Sandbox = Ready }.With(Exited("a", 0))).Steps);
        Assert.Equal([new PodStep.Forget()], For(pod, new PodMemory().With(Exited("a", 0))).Steps);
    }

    [Fact]
    public void Pod_deleted_without_grace_is_killed_at_once()
    {
        Pod pod = Pod() with { Metadata = new() { DeletionTimestamp = Now, DeletionGracePeriodSeconds = 0 } };

        Assert.Equal([new PodStep.RemoveSandbox()], For(pod, new PodMemory { Sandbox = Ready }.With(Running("a"))).Steps);
    }

    private static PodPlan For(Pod pod, PodMemory memory) => PodPlan.For(pod, memory, Now);

    private static Pod Pod(string policy = "Always", string? init = null) => new()
    {
        Metadata = new() { Name = "p" },
        Spec = new()
        {
            RestartPolicy = policy,
            InitContainers = init is null ? null : [new() { Name = init }],
            Containers = [new() { Name = "a" }, new() { Name = "b" }],
        },
    };

    private static ContainerRun Running(string name) =>
        new() { Name = name, Id = name, SandboxId = "sandbox", Phase = RunPhase.Running, StartedAt = Now };

    private static ContainerRun Exited(string name, int code) => Running(name) with
    {
        Phase = RunPhase.Exited,
        Ended = new() { ExitCode = code, FinishedAt = Now },
    };
}
