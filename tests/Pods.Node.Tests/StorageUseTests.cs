using Pods.Manifests;

namespace Pods.Node.Tests;

/// <summary>Which limit of the disk a pod exceeds first, in the kubelet's order and words.</summary>
public sealed class StorageUseTests
{
    [Theory]
    [InlineData(0, 0, 0, null)]
    [InlineData(10, 0, 0, null)]
    [InlineData(11, 0, 0, "Usage of EmptyDir volume \"disk\" exceeds the limit \"10\". ")]
    [InlineData(11, 500, 500, "Usage of EmptyDir volume \"disk\" exceeds the limit \"10\". ")]
    [InlineData(0, 100, 200, null)]
    [InlineData(1, 100, 200, "Pod ephemeral local storage usage exceeds the total limit of containers 300. ")]
    [InlineData(0, 101, 0, "Container first exceeded its local ephemeral storage limit \"100\". ")]
    public void First_limit_that_is_exceeded_is_told(long disk, long first, long second, string? expected)
    {
        StorageUse use = new(
            new Dictionary<string, long> { ["disk"] = disk }, new Dictionary<string, long> { ["first"] = first, ["second"] = second });

        Assert.Equal(expected, use.Excess(Limited()));
    }

    [Fact]
    public void Pod_without_limits_is_not_measured()
    {
        PodSpec spec = Limited();

        Assert.True(StorageUse.IsLimited(spec));
        Assert.True(StorageUse.IsLimited(spec with { Volumes = [] }));
        Assert.False(StorageUse.IsLimited(spec with { Volumes = [.. spec.Volumes!.Skip(1)], Containers = [new() { Name = "free" }] }));
        Assert.Null(new StorageUse(new Dictionary<string, long>(), new Dictionary<string, long> { ["free"] = 1L << 40 })
            .Excess(new() { Containers = [new() { Name = "free" }] }));
    }

    private static PodSpec Limited() => ManifestReader.Read("""
        apiVersion: v1
        kind: Pod
        metadata: {name: limited}
        spec:
          volumes:
          - {name: disk, emptyDir: {sizeLimit: 10}}
          - {name: memory, emptyDir: {medium: Memory, sizeLimit: 10}}
          containers:
          - {name: first, image: "a:1", resources: {limits: {ephemeral-storage: 100}}}
          - {name: second, image: "a:1", resources: {limits: {ephemeral-storage: 200}}}
        """u8.ToArray(), "limited.yaml").Single().Spec!;
}
