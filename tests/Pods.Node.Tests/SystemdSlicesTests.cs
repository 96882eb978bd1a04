using Pods.Manifests;
using Pods.TestKit;

namespace Pods.Node.Tests;

/// <summary>How pods' cgroups are called.</summary>
public sealed class SystemdSlicesTests
{
    [Theory]
    [InlineData("pods.slice", "/pods.slice")]
    [InlineData("pods-burstable-pod1_2.slice", "/pods.slice/pods-burstable.slice/pods-burstable-pod1_2.slice")]
    public void Slice_lies_below_the_slices_that_its_name_begins_with(string slice, string path) =>
        Assert.Equal(path, SystemdSlices.PathOf(slice));

    [Fact]
    public void Files_about_slices_are_of_the_root_and_of_all_below_it() =>
        Assert.Equal(["edge-pods.slice.d/10-pods.conf", "edge-pods-.slice.d/10-pods.conf"], SystemdSlices.DropInsOf("edge-pods.slice"));

    [Fact]
    public void Package_has_the_files_of_its_own_root()
    {
        string directory = Path.Combine(Repository.Root, "packaging/systemd");

        Assert.All(SystemdSlices.DropInsOf("pods.slice"), f => Assert.Contains("DefaultDependencies=no", File.ReadAllLines(Path.Combine(directory, f))));
    }

    [Theory]
    [InlineData(CgroupDriver.Systemd, "/pods", "pods-besteffort-poda_b.slice")]
    [InlineData(CgroupDriver.Systemd, "/edge/pods/", "edge-pods-besteffort-poda_b.slice")]
    [InlineData(CgroupDriver.Cgroupfs, "/pods", "/pods/besteffort/poda-b")]
    public void Pod_cgroup_is_named_for_its_driver(CgroupDriver driver, string parent, string name)
    {
        Pod pod = new() { Metadata = new() { Uid = "a-b" }, Spec = new() { Containers = [new() { Name = "c" }] } };

        Assert.Equal(name, new PodCgroups(new() { CgroupDriver = driver, CgroupParent = parent }).NameOf(pod));
    }
}
