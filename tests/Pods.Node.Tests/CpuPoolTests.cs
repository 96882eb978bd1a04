using Pods.Manifests;

namespace Pods.Node.Tests;

/// <summary>Which cpus a pod gets for itself, on machines of several shapes, and what is left for the others.</summary>
public sealed class CpuPoolTests
{
    // Two packages of two cores of two threads: 0 and 4 are one core.
    private static readonly CpuTopology Threads = new([.. Enumerable.Range(0, 8).Select(i => new CpuPlace(i, $"core{i % 4}", i % 4 / 2))]);
    private static readonly CpuTopology Plain = new([.. Enumerable.Range(0, 4).Select(i => new CpuPlace(i, $"{i}", 0))]);

    [Theory]
    [InlineData(1, "4")]        // the other half of a core whose first is reserved
    [InlineData(2, "1,5")]      // a whole core, of the package that has less room
    [InlineData(3, "1,4-5")]    // all of one package, though the reserved one is of its core
    [InlineData(4, "2-3,6-7")]
    [InlineData(7, "1-7")]
    public void Whole_cores_come_first_and_one_package_if_it_has_room(int count, string expected) =>
        Assert.Equal(expected, new CpuPool(Threads, [0]).Give(Pod(("a", count)), [])!["a"]);

    [Fact]
    public void No_cpu_is_given_twice_and_the_reserved_ones_never()
    {
        CpuPool pool = new(Plain, [0]);
        StoredPod first = Stored(Pod(("a", 1), ("b", 1)), pool, []);
        Assert.Equal(["1", "2"], first.Memory.Cpus!.Values);

        NodeException none = Assert.Throws<NodeException>(() => pool.Give(Pod(("c", 2)), [first]));
        Assert.Equal("pods \"web\" is forbidden: not enough cpus available to satisfy request: requested=2, available=1", none.Message);
        Assert.Equal("3", pool.Give(Pod(("c", 1)), [first])!["c"]);
        // One that is over gives its cpus back.
        StoredPod over = first with { Pod = first.Pod with { Status = new() { Phase = "Succeeded" } } };
        Assert.Equal("1-2", pool.Give(Pod(("c", 2)), [over])!["c"]);
    }

    [Fact]
    public void Init_container_uses_the_cpus_of_the_apps_and_more_only_if_it_wants_more()
    {
        CpuPool pool = new(Plain, [0]);

        Assert.Equal(["1-2", "1"], Init(pool, 2, 1));
        Assert.Equal(["1", "1-2"], Init(pool, 1, 2));

        static string[] Init(CpuPool pool, int app, int init)
        {
            Pod pod = Pod(("app", app));
            IReadOnlyDictionary<string, string> given = pool.Give(pod with { Spec = pod.Spec! with { InitContainers = [Whole("init", init)] } }, [])!;
            return [given["app"], given["init"]];
        }
    }

    [Fact]
    public void Containers_of_parts_of_cpus_and_pods_that_do_not_ask_have_none_of_their_own()
    {
        CpuPool pool = new(Plain, [0]);
        Pod pod = Pod(("a", 1));
        Container part = Whole("part", 1) with { Resources = Limits("1500m") };

        Assert.Null(pool.Give(pod with { Metadata = pod.Metadata! with { Annotations = null } }, []));
        Assert.Equal(["a"], pool.Give(pod with { Spec = pod.Spec! with { Containers = [.. pod.Spec.Containers!, part] } }, [])!.Keys);
    }

    [Fact]
    public void Container_that_runs_elsewhere_is_moved_and_waits_for_what_else_is_done_for_it()
    {
        DateTimeOffset now = DateTimeOffset.UnixEpoch.AddYears(50);
        PodMemory memory = new PodMemory { Sandbox = new() { Id = "s", IsReady = true }, Cpus = new Dictionary<string, string> { ["a"] = "1" } }
            .With(Running("a", "1")).With(Running("b", null));
        Pod pod = Pod(("a", 1), ("b", 1));

        Assert.Empty(PodPlan.For(pod, (memory with { Cpus = null }).With(Running("a", null)), now).Steps);
        Assert.Equal([new PodStep.Move("b")], PodPlan.For(pod, memory, now, sharedCpus: "0,2-3").Steps);
        Assert.Equal([new PodStep.Move("a"), new PodStep.Move("b")],
            PodPlan.For(pod, memory.With(Running("a", null)).With(Running("b", "0")), now, sharedCpus: "0,2-3").Steps);
        ContainerRun failed = Running("b", null) with { UpdateFailure = new("ResizeFailed", "", now.AddSeconds(10), TimeSpan.Zero) };
        PodPlan held = PodPlan.For(pod, memory.With(failed), now, sharedCpus: "0");
        Assert.Empty(held.Steps);
        Assert.Equal(now.AddSeconds(10), held.WakeAt);

        ContainerRun Running(string name, string? cpus) => new() { Name = name, Id = name, SandboxId = "s", Phase = RunPhase.Running, Cpus = cpus };
    }

    [Theory]
    [InlineData("0-3,8", "0-3,8")]
    [InlineData("5,1,2,3\n", "1-3,5")]
    [InlineData("", "")]
    [InlineData("3-1", null)]
    [InlineData("a", null)]
    [InlineData("-1", null)]
    [InlineData("0-1-2", null)]
    [InlineData("99999999", null)]
    public void Lists_of_cpus_are_read_as_the_kernel_writes_them(string text, string? expected) =>
        Assert.Equal(expected, CpuList.TryParse(text) is { } cpus ? CpuList.Format(cpus) : null);

    private static StoredPod Stored(Pod pod, CpuPool pool, IEnumerable<StoredPod> others) =>
        new() { Pod = pod, Memory = new() { Cpus = pool.Give(pod, others) } };

    private static Pod Pod(params (string Name, int Cpus)[] containers) => new()
    {
        Metadata = new() { Name = "web", Annotations = new Dictionary<string, string> { [ExclusiveCpus.Annotation] = "exclusive" } },
        Spec = new() { Containers = [.. containers.Select(c => Whole(c.Name, c.Cpus))] },
    };

    private static Container Whole(string name, int cpus) => new() { Name = name, Resources = Limits($"{cpus}") };

    private static ResourceRequirements Limits(string cpu)
    {
        Dictionary<string, Quantity> amounts = new() { ["cpu"] = Amount(cpu), ["memory"] = Amount("32Mi") };
        return new() { Limits = amounts, Requests = amounts };
    }

    private static Quantity Amount(string text) => Quantity.TryParse(text, out Quantity amount) ? amount : default;
}
