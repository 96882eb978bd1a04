using Pods.Manifests;

namespace Pods.Node.Tests;

/// <summary>What a change of the definition asks for, from the difference to the steps.</summary>
public sealed class UpdatePlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Probe_hook_and_port_without_host_port_restart_nothing()
    {
        Pod before = Pod(new Container { Name = "app", Image = "x:1" });
        Pod after = Pod(new Container
        {
            Name = "app",
            Image = "x:1",
            Ports = [new() { Port = 80 }],
            ReadinessProbe = new() { TcpSocket = new() { Port = new PortReference(80, null) } },
        });

        PodUpdate update = PodUpdate.Between(before, after);

        Assert.False(update.IsSameSpec);
        Assert.Equal(["nothing is restarted"], update.Sentences());
        Assert.Empty(PodPlan.For(after, Running(before, "app"), Now).Steps);
    }

    [Theory]
    [InlineData("hostname")]
    [InlineData("ports")]
    [InlineData("volumes")]
    [InlineData("containers")]
    [InlineData("class")]
    public void What_the_sandbox_is_made_of_makes_a_new_pod(string what)
    {
        Container app = new() { Name = "app", Image = "x:1" };
        Pod before = Pod(app);
        Pod after = what switch
        {
            "hostname" => before with { Spec = before.Spec! with { Hostname = "other" } },
            "ports" => Pod(app with { Ports = [new() { Port = 80, HostPort = 80 }] }),
            "volumes" => before with { Spec = before.Spec! with { Volumes = [new() { Name = "v", EmptyDir = new() }] } },
            "class" => Pod(app with { Resources = new() { Requests = new Dictionary<string, Quantity> { ["cpu"] = Amount("1") } } }),
            _ => Pod(app, new() { Name = "more", Image = "x:1" }),
        };

        Assert.True(PodUpdate.Between(before, after).NeedsNewPod);
    }

    [Fact]
    public void Changed_container_is_prepared_first_then_stopped_then_started_without_back_off()
    {
        Pod before = Pod(new Container { Name = "app", Image = "x:1" }, new Container { Name = "other", Image = "x:1" });
        Pod after = Pod(new Container { Name = "app", Image = "x:2" }, new Container { Name = "other", Image = "x:1" });
        PodMemory memory = Running(before, "app", "other");

        Assert.Equal([new PodStep.PrepareUpdate("app")], PodPlan.For(after, memory, Now).Steps);
        ContainerStop stop = new("ContainerChanged", "changed", Now.AddSeconds(30));
        memory = MemoryChanges.ToStop(memory, "id-app", stop);
        Assert.Equal([new PodStep.StopContainer("app", stop.Deadline)], PodPlan.For(after, memory, Now).Steps);
        memory = memory.With(memory.Run("app")! with { Backoff = TimeSpan.FromMinutes(5) });
        memory = MemoryChanges.Exited(memory, after.Spec!, "id-app", 0, Now);
        Assert.Equal([new PodStep.StartContainer("app")], PodPlan.For(after, memory, Now).Steps);
    }

    [Fact]
    public void Update_that_failed_waits_its_time_and_is_forgotten_with_the_next_change()
    {
        Pod before = Pod(new Container { Name = "app", Image = "x:1" }), after = Pod(new Container { Name = "app", Image = "x:2" });
        PodMemory memory = MemoryChanges.UpdateFailed(Running(before, "app"), "app", "ErrImagePull", "no such tag", Now);

        PodPlan plan = PodPlan.For(after, memory, Now);

        Assert.Empty(plan.Steps);
        Assert.Equal(Now.AddSeconds(10), plan.WakeAt);
        Assert.Equal(RunPhase.Running, memory.Run("app")!.Phase);
        Assert.Equal([new PodStep.PrepareUpdate("app")], PodPlan.For(after, MemoryChanges.SpecChanged(memory, Now), Now).Steps);
    }

    [Fact]
    public void Other_limits_are_set_on_the_container_that_runs()
    {
        Container app = new()
        {
            Name = "app",
            Image = "x:1",
            Resources = new() { Requests = new Dictionary<string, Quantity> { ["memory"] = Amount("16Mi") } },
        };
        Pod after = Pod(app with { Resources = new() { Requests = new Dictionary<string, Quantity> { ["memory"] = Amount("32Mi") } } });

        Assert.Equal([new PodStep.Resize("app")], PodPlan.For(after, Running(Pod(app), "app"), Now).Steps);
        Assert.Equal(["container app gets other limits and goes on"], PodUpdate.Between(Pod(app), after).Sentences());
    }

    private static Quantity Amount(string text) => Quantity.TryParse(text, out Quantity amount) ? amount : throw new FormatException(text);

    private static Pod Pod(params Container[] containers) => PodDefaults.Apply(new()
    {
        Metadata = new() { Name = "web", Namespace = "default", Uid = "1" },
        Spec = new() { Containers = containers },
    });

    private static PodMemory Running(Pod pod, params string[] names)
    {
        PodMemory memory = new() { Sandbox = new() { Id = "s", IsReady = true } };
        foreach (Container container in pod.Spec!.Containers!.Where(c => names.Contains(c.Name)))
            memory = memory.With(new ContainerRun
            {
                Name = container.Name!,
                Id = "id-" + container.Name,
                SandboxId = "s",
                Phase = RunPhase.Running,
                Fingerprint = ContainerFingerprint.OfProcess(container),
                Resources = ContainerFingerprint.OfResources(container),
            });
        return memory;
    }
}
