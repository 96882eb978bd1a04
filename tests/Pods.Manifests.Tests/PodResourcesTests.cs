using System.Text;

namespace Pods.Manifests.Tests;

/// <summary>What the cgroup of a pod is set to, and its class.</summary>
public sealed class PodResourcesTests
{
    private const string App = "- {name: a, image: i, resources: {limits: {cpu: 500m, memory: 64Mi}}}\n";
    private const string Second = "- {name: b, image: i, resources: {limits: {cpu: 500m, memory: 64Mi}}}\n";

    [Fact]
    public void Containers_are_added_up()
    {
        PodLimits limits = PodResources.Of(Spec("containers:\n" + App + Second));

        Assert.Equal((1024UL, 100_000L, 128L << 20), (limits.CpuShares, limits.CpuQuotaMicroseconds, limits.MemoryBytes));
    }

    [Fact]
    public void Sidecar_is_added_to_the_apps_and_to_the_init_containers_after_it()
    {
        const string inits = """
            initContainers:
            - {name: first, image: i, resources: {limits: {memory: 100Mi}}}
            - {name: side, image: i, restartPolicy: Always, resources: {limits: {memory: 32Mi}}}
            - {name: last, image: i, resources: {limits: {memory: 80Mi}}}

            """;

        Assert.Equal(112L << 20, PodResources.Of(Spec(inits + "containers:\n" + App)).MemoryBytes);
        Assert.Equal(160L << 20, PodResources.Of(Spec(inits + "containers:\n" + App + Second)).MemoryBytes);
    }

    [Fact]
    public void Container_without_a_limit_leaves_the_pod_without_one()
    {
        PodLimits limits = PodResources.Of(Spec("containers:\n" + App + "- {name: b, image: i}\n"));

        Assert.Null(limits.MemoryBytes);
        Assert.Null(limits.CpuQuotaMicroseconds);
    }

    [Fact]
    public void What_is_said_of_the_pod_counts_and_gives_its_class()
    {
        PodSpec spec = Spec("resources: {limits: {cpu: '2', memory: 1Gi}}\ncontainers:\n" + App + "- {name: b, image: i}\n");
        PodLimits limits = PodResources.Of(spec);

        Assert.Equal((2048UL, 200_000L, 1L << 30), (limits.CpuShares, limits.CpuQuotaMicroseconds, limits.MemoryBytes));
        Assert.Equal(QosClass.Guaranteed, QosClass.Of(spec));
        Assert.Equal(QosClass.Burstable, QosClass.Of(Spec("resources: {requests: {cpu: '2'}}\ncontainers: [{name: b, image: i}]")));
    }

    [Theory]
    [InlineData("64Mi", "64Mi", "128Mi")]
    [InlineData("1Gi", "1Mi", "1025Mi")]
    [InlineData("100m", "1", "1100m")]
    [InlineData("1", "1", "2")]
    [InlineData("8Ei", "8Ei", "16Ei")]
    public void Sum_of_quantities_is_exact_and_readable(string left, string right, string sum)
    {
        Quantity.TryParse(left, out Quantity a);
        Quantity.TryParse(right, out Quantity b);

        Assert.Equal(sum, (a + b).ToString());
        Assert.Equal(a, a + b - b);
    }

    private static PodSpec Spec(string spec) => PodDefaults.Apply(ManifestReader.Read(Encoding.UTF8.GetBytes(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  " + spec.Replace("\n", "\n  ")), "test")[0]).Spec!;
}
