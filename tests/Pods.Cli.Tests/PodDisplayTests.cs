using Pods.Cli.Output;
using Pods.Manifests;
using static Pods.Cli.Tests.SamplePod;

namespace Pods.Cli.Tests;

/// <summary>The columns of `get` against what kubectl prints for the same status.</summary>
public sealed class PodDisplayTests
{
    public static TheoryData<string, object> Statuses => new()
    {
        { "Running", Of(Running("app")) },
        { "ContainerCreating", Of(Waiting("app", "ContainerCreating")) },
        { "ErrImagePull", Of(Waiting("app", "ErrImagePull")) },
        { "CrashLoopBackOff", Of(Waiting("app", "CrashLoopBackOff"), Running("side")) },
        { "Completed", Of(Ended("app", "Completed", 0)) },
        { "Error", Of(Ended("app", "Error", 1)) },
        { "OOMKilled", Of(Ended("app", "OOMKilled", 137)) },
        { "ExitCode:3", Of(Ended("app", null, 3)) },
        { "Signal:9", Of(Ended("app", null, 137, signal: 9)) },
        { "NotReady", Of(Ended("app", "Completed", 0), Running("side")) },
        { "Init:0/2", WithInit(Running("one"), Waiting("two", "PodInitializing")) },
        { "Init:1/2", WithInit(Ended("one", "Completed", 0), Running("two")) },
        { "Init:Error", WithInit(Ended("one", "Error", 1)) },
        { "Init:CrashLoopBackOff", WithInit(Waiting("one", "CrashLoopBackOff")) },
        { "Init:ExitCode:2", WithInit(Ended("one", null, 2)) },
        { "PodInitializing", WithInit(Ended("one", "Completed", 0)) },
        { "Pending", new Pod { Status = new() { Phase = "Pending" } } },
        { "Evicted", new Pod { Status = new() { Phase = "Failed", Reason = "Evicted" } } },
        { "Unknown", new Pod() },
    };

    [Theory]
    [MemberData(nameof(Statuses))]
    public void Status_of_a_pod_is_what_kubectl_shows(string expected, object pod) =>
        Assert.Equal(expected, PodDisplay.Status((Pod)pod));

    [Fact]
    public void Status_of_a_pod_that_is_being_deleted_is_Terminating()
    {
        Pod pod = Of(Running("app"));

        Assert.Equal("Terminating", PodDisplay.Status(pod with { Metadata = pod.Metadata! with { DeletionTimestamp = Now } }));
    }

    [Fact]
    public void Completed_beside_a_running_container_is_Running_while_the_pod_is_ready()
    {
        Pod pod = Of(Ended("app", "Completed", 0), Running("side"));

        Assert.Equal("Running", PodDisplay.Status(
            pod with { Status = pod.Status! with { Conditions = [new() { Type = "Ready", Status = "True" }] } }));
    }

    [Fact]
    public void Restarts_are_summed_and_say_when_the_last_was()
    {
        ContainerState ended = new() { Terminated = new() { FinishedAt = Now.AddSeconds(-90) } };
        Pod pod = Of(Running("app") with { RestartCount = 2, LastState = ended }, Running("side") with { RestartCount = 1 });

        Assert.Equal("3 (90s ago)", PodDisplay.Restarts(pod, Now));
        Assert.Equal("2/2", PodDisplay.Ready(pod));
        Assert.Equal("0", PodDisplay.Restarts(Of(Running("app")), Now));
    }

    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(330, "5m30s")]
    [InlineData(600, "10m")]
    [InlineData(3 * 3600, "3h")]
    [InlineData(3 * 3600 + 60, "3h1m")]
    [InlineData(47 * 3600, "47h")]
    [InlineData(52 * 3600, "2d4h")]
    [InlineData(30 * 86400, "30d")]
    [InlineData(731 * 86400, "2y1d")]
    public void Age_has_two_units_while_the_first_is_small(int seconds, string expected) =>
        Assert.Equal(expected, Age.Of(TimeSpan.FromSeconds(seconds)));
}
