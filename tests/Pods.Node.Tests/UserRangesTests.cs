using Pods.Manifests;

namespace Pods.Node.Tests;

/// <summary>Which ids of the machine become a pod's.</summary>
public sealed class UserRangesTests
{
    private static readonly string[] None = [];

    [Fact]
    public void Each_pod_has_the_lowest_range_that_no_other_has_and_keeps_none_once_it_is_gone()
    {
        Pod pod = new() { Metadata = new() { Name = "web" }, Spec = new() { HostUsers = false } };
        StoredPod[] others = [Stored(65536), Stored(null), Stored(3 * 65536)];

        uint? given = UserRanges.Give(pod, others), lowest = UserRanges.Give(pod, []);

        Assert.True(given >= 2 * 65536 && given % 65536 == 0, $"{given}");
        Assert.DoesNotContain(given, others.Select(o => o.Memory.FirstUser));
        Assert.True(lowest < given, $"{lowest}");
        Assert.Null(UserRanges.Give(pod with { Spec = new() { HostUsers = true } }, []));
        Assert.Null(UserRanges.Give(pod with { Spec = new() }, []));
    }

    [Fact]
    public void Ids_of_somebody_else_are_left_out()
    {
        Assert.Equal(65536u, Choose([], None, None, None));
        Assert.Equal(131072u, Choose([65536], None, None, None));
        // Rootless containers of users; a range that touches a pod's counts as a whole.
        Assert.Equal(4u * 65536, Choose([], ["alice:100000:65536"], ["alice:200000:1000"], None));
        Assert.Equal(2u * 65536, Choose([], None, None, ["root:x:0:0:root:/root:/bin/sh", "directory:x:70000:70000::/:/bin/sh", "broken"]));
        Assert.Equal(65536u, Choose([], ["", "alice", "alice:x:y", "bob:131072:65536"], None, ["x:x:4294967296000000000000:"]));
    }

    [Fact]
    public void Ids_of_the_user_kubelet_are_what_pods_get_if_there_are_any()
    {
        string[] ids = ["alice:65536:65536", "kubelet:655360:131072"];

        Assert.Equal(655360u, Choose([], ids, ids, None));
        Assert.Equal(720896u, Choose([655360], ids, ids, None));
        Assert.Null(Choose([655360, 720896], ids, ids, None));
        // Other groups than users: there is no range that is both.
        Assert.Equal(2u * 65536, Choose([], ids, ["alice:65536:65536", "kubelet:6553600:131072"], None));
    }

    private static uint? Choose(HashSet<uint> taken, string[] users, string[] groups, string[] people) =>
        UserRanges.Choose(taken, users, groups, people);

    private static StoredPod Stored(uint? first) => new()
    {
        Pod = new() { Metadata = new() { Name = $"p{first}" } }, Memory = new() { FirstUser = first },
    };
}
