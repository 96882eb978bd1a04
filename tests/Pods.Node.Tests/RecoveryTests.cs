using Pods.Containerd;
using Pods.Manifests;

namespace Pods.Node.Tests;

/// <summary>What podsd makes of what it remembers when it starts.</summary>
public sealed class RecoveryTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly PodSpec Spec = new() { Containers = [new() { Name = "a" }] };

    private static readonly PodMemory Running = new PodMemory { Sandbox = new() { Id = "s", IsReady = true, BootId = "boot" } }
        .With(new() { Name = "a", Id = "c", SandboxId = "s", Phase = RunPhase.Running });

    private static readonly Dictionary<string, TaskRecord> Alive = new() { ["s"] = Task("s"), ["c"] = Task("c") };

    [Fact]
    public void What_runs_still_is_left_alone() => Assert.Equal(Running, Recovery.CatchUp(Running, Spec, Alive, "boot", Now));

    [Fact]
    public void Task_that_is_gone_has_ended_as_if_killed()
    {
        PodMemory memory = Recovery.CatchUp(Running, Spec, new Dictionary<string, TaskRecord> { ["s"] = Task("s") }, "boot", Now);

        Assert.Equal((RunPhase.Exited, 137), (memory.Run("a")!.Phase, memory.Run("a")!.Ended!.ExitCode));
        Assert.False(memory.Sandbox!.HasEnded);
    }

    [Fact]
    public void Everything_of_another_boot_is_over_whatever_containerd_says()
    {
        PodMemory memory = Recovery.CatchUp(Running, Spec, Alive, "another boot", Now);

        Assert.Equal(RunPhase.Exited, memory.Run("a")!.Phase);
        Assert.True(memory.Sandbox!.HasEnded);
    }

    private static TaskRecord Task(string id) => new(id, "", 1, ProcessStatus.Running, 0, null, "", "", "", false);
}
