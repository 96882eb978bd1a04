using Pods.Manifests;

namespace Pods.Node.Tests;

/// <summary>Deployments, DaemonSets and Jobs played through with pods that become Ready, or not.</summary>
public sealed class WorkloadPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<Pod> _pods = [];
    private int _made;

    [Fact]
    public void Replicas_are_made_and_taken_away()
    {
        Assert.Equal(3, WorkloadPlan.For(Deployment("1", 3), _pods, Now).Create);
        Settle(Deployment("1", 3));
        WorkloadPlan plan = WorkloadPlan.For(Deployment("1", 3), _pods, Now);
        Assert.Equal((0, 0), (plan.Create, plan.Delete.Count));
        Assert.Equal((3, 3), (plan.Status.ReadyReplicas, plan.Status.UpdatedReplicas));

        // The newest go first.
        Assert.Equal(["pod-3", "pod-2"], WorkloadPlan.For(Deployment("1", 1), _pods, Now).Delete);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void New_template_replaces_the_pods_with_all_but_one_Ready_throughout(int replicas, bool takesHostPort)
    {
        Workload first = Deployment("1", replicas, takesHostPort), second = Deployment("2", replicas, takesHostPort);
        Settle(first);
        int least = replicas, most = replicas, unready = 0;

        for (int step = 0; step < 50 && !IsSettled(second); step++)
        {
            Apply(second);
            least = Math.Min(least, _pods.Count(WorkloadPlan.IsReady));
            most = Math.Max(most, _pods.Count);
            unready = Math.Max(unready, _pods.Count(p => !WorkloadPlan.IsReady(p)));
            // One pod becomes Ready between two looks.
            MakeReady();
        }

        Assert.True(IsSettled(second));
        Assert.Equal(takesHostPort ? replicas - 1 : replicas, least);
        Assert.Equal(takesHostPort ? replicas : replicas + 1, most);
        Assert.Equal(1, unready);
    }

    [Fact]
    public void Template_that_never_becomes_Ready_takes_no_old_pod()
    {
        Settle(Deployment("1", 3));

        for (int step = 0; step < 10; step++)
            Apply(Deployment("broken", 3));

        Assert.Equal(3, _pods.Count(WorkloadPlan.IsReady));
        Assert.Equal(4, _pods.Count);
        WorkloadStatus status = WorkloadPlan.For(Deployment("broken", 3), _pods, Now).Status;
        Assert.Equal((1, 3), (status.UpdatedReplicas, status.ReadyReplicas));
        // Back to what it was: the one that never became Ready goes.
        Apply(Deployment("1", 3));
        Assert.Equal(3, _pods.Count);
        Assert.True(IsSettled(Deployment("1", 3)));
    }

    [Fact]
    public void Recreate_takes_all_old_pods_before_it_makes_a_new_one()
    {
        Settle(Deployment("1", 2));
        Workload second = Deployment("2", 2) with { Spec = Deployment("2", 2).Spec! with { Strategy = new() { Type = "Recreate" } } };

        Apply(second);
        Assert.Empty(_pods);
        Apply(second);
        Assert.Equal(2, _pods.Count);
    }

    [Fact]
    public void DaemonSet_has_one_pod_and_replaces_it_by_its_successor()
    {
        Workload first = Of(WorkloadKind.DaemonSet, "1", new()), second = Of(WorkloadKind.DaemonSet, "2", new());
        Settle(first);
        Assert.Single(_pods);

        Apply(second);
        Assert.Empty(_pods);
        Settle(second);

        Assert.Single(_pods);
        Assert.Equal(1, WorkloadPlan.For(second, _pods, Now).Status.NumberReady);
    }

    [Fact]
    public void Job_runs_so_many_at_once_until_enough_have_succeeded()
    {
        Workload job = Of(WorkloadKind.Job, "1", new() { Completions = 3, Parallelism = 2 });

        Assert.Equal(2, WorkloadPlan.For(job, _pods, Now).Create);
        Apply(job);
        End(0, "Succeeded");
        Assert.Equal(1, WorkloadPlan.For(job, _pods, Now).Create);
        Apply(job);
        End(1, "Succeeded");
        Assert.Equal(0, WorkloadPlan.For(job, _pods, Now).Create);
        End(2, "Succeeded");
        WorkloadStatus status = WorkloadPlan.For(job, _pods, Now).Status;
        Assert.Equal((3, "Complete"), (status.Succeeded, Assert.Single(status.Conditions!).Type));
        Assert.NotNull(status.CompletionTime);
    }

    [Fact]
    public void Job_tries_again_later_and_later_and_gives_up_after_its_limit()
    {
        Workload job = Of(WorkloadKind.Job, "1", new() { BackoffLimit = 1 });
        Apply(job);
        End(0, "Failed");

        WorkloadPlan waiting = WorkloadPlan.For(job, _pods, Now);
        Assert.Equal((0, Now.AddSeconds(10)), (waiting.Create, waiting.WakeAt));
        Assert.Equal(1, WorkloadPlan.For(job, _pods, Now.AddSeconds(10)).Create);
        Apply(job, Now.AddSeconds(10));
        End(1, "Failed");

        WorkloadPlan over = WorkloadPlan.For(job, _pods, Now.AddMinutes(10));
        Assert.Equal(0, over.Create);
        Assert.Equal(("Failed", "BackoffLimitExceeded"), (over.Status.Conditions![0].Type, over.Status.Conditions[0].Reason));
    }

    [Fact]
    public void Job_is_forgotten_when_its_time_is_over()
    {
        Workload job = Of(WorkloadKind.Job, "1", new() { TtlSecondsAfterFinished = 60 });
        Apply(job);
        End(0, "Succeeded");
        WorkloadPlan done = WorkloadPlan.For(job, _pods, Now);
        Assert.Equal((false, Now.AddSeconds(60)), (done.IsToForget, done.WakeAt));

        Assert.True(WorkloadPlan.For(job with { Status = done.Status }, _pods, Now.AddSeconds(60)).IsToForget);
    }

    private void Settle(Workload workload)
    {
        for (int step = 0; step < 50 && !IsSettled(workload); step++)
        {
            Apply(workload);
            MakeReady();
        }
        Assert.True(IsSettled(workload));
    }

    private bool IsSettled(Workload workload)
    {
        WorkloadPlan plan = WorkloadPlan.For(workload, _pods, Now);
        return plan.Create == 0 && plan.Delete.Count == 0 && _pods.Count > 0 && _pods.All(WorkloadPlan.IsReady)
            && _pods.All(p => p.Metadata!.Labels!.Values.Contains(WorkloadDefaults.HashOf(workload)));
    }

    private void Apply(Workload workload, DateTimeOffset? at = null)
    {
        WorkloadPlan plan = WorkloadPlan.For(workload, _pods, at ?? Now);
        _pods.RemoveAll(p => plan.Delete.Contains(p.Metadata!.Name));
        for (int i = 0; i < plan.Create; i++)
        {
            Pod pod = WorkloadDefaults.PodOf(workload);
            _pods.Add(pod with { Metadata = pod.Metadata! with { Name = $"pod-{++_made}", CreationTimestamp = Now.AddSeconds(_made) } });
        }
    }

    private void MakeReady()
    {
        int next = _pods.FindIndex(p => !WorkloadPlan.IsReady(p));
        if (next >= 0)
            _pods[next] = _pods[next] with { Status = new() { Phase = "Running", Conditions = [new() { Type = "Ready", Status = "True" }] } };
    }

    private void End(int index, string phase) => _pods[index] = _pods[index] with
    {
        Status = new() { Phase = phase, ContainerStatuses = [new() { State = new() { Terminated = new() { FinishedAt = Now } } }] },
    };

    private static Workload Deployment(string version, int replicas, bool takesHostPort = false) =>
        Of(WorkloadKind.Deployment, version, new() { Replicas = replicas }, takesHostPort);

    private static Workload Of(WorkloadKind kind, string version, WorkloadSpec spec, bool takesHostPort = false) => WorkloadDefaults.Apply(new()
    {
        Kind = kind.Kind,
        Metadata = new() { Name = "web", Namespace = "default", Uid = "uid" },
        Spec = spec with
        {
            Template = new()
            {
                Metadata = new() { Labels = new Dictionary<string, string> { ["app"] = "web" } },
                Spec = new()
                {
                    Containers = [new() { Name = "app", Image = "x:" + version, Ports = takesHostPort ? [new() { Port = 80, HostPort = 80 }] : null }],
                },
            },
        },
    });
}
