using Pods.Oci;

namespace Pods.Manifests.Tests;

public sealed class ContainerUserTests
{
    private const string Passwd = "root:x:0:0::/root:/bin/sh\n# comment\nweb:x:1000:1001::/:/bin/sh\nodd\n";
    private const string Group = "root:x:0:\nweb:x:1001:web\nstaff:x:50:root,web\naudio:x:29:web\n";

    [Theory]
    [InlineData("", null, null, "0:0:50")]
    [InlineData("web", null, null, "1000:1001:50,29")]
    [InlineData("1000", null, null, "1000:1001:50,29")]
    [InlineData("1000:7", null, null, "1000:7:50,29")]
    [InlineData("web:staff", null, null, "1000:50:29")]
    [InlineData("4242", null, null, "4242:0:")]
    [InlineData("web", 3000L, null, "3000:0:")]
    [InlineData("web:staff", 1000L, null, "1000:1001:50,29")]
    [InlineData("web", null, 9L, "1000:9:50,29")]
    [InlineData("web", 3000L, 9L, "3000:9:")]
    public void User_of_manifest_or_image_is_looked_up_in_the_image(string imageUser, long? user, long? group, string expected)
    {
        RuntimeUser found = Resolve(imageUser, new() { RunAsUser = user, RunAsGroup = group });

        string groups = string.Join(',', found.AdditionalGids!.Where(gid => gid != found.Gid));
        Assert.Equal(expected, $"{found.Uid}:{found.Gid}:{groups}");
    }

    [Fact]
    public void Groups_of_the_pod_come_after_those_of_the_image()
    {
        Pod pod = new() { Spec = new() { SecurityContext = new() { FsGroup = 4000, SupplementalGroups = [5000, 29] } } };

        RuntimeUser found = ContainerUser.Resolve(pod, new() { Name = "c" }, new() { User = "web" }, Passwd, Group);

        Assert.Equal([1001u, 50u, 29u, 5000u, 4000u], found.AdditionalGids!);
    }

    [Theory]
    [InlineData("nobody", "container \"c\": user \"nobody\" is not in the image's /etc/passwd")]
    [InlineData("web:nobody", "container \"c\": group \"nobody\" is not in the image's /etc/group")]
    public void Name_that_the_image_does_not_know_is_an_error(string imageUser, string message) =>
        Assert.Equal(message, Assert.Throws<SpecException>(() => Resolve(imageUser, new())).Message);

    [Theory]
    [InlineData("", null, "container has runAsNonRoot and image will run as root (pod: \"p_n(u)\", container: c)")]
    [InlineData("0", null, "container has runAsNonRoot and image will run as root (pod: \"p_n(u)\", container: c)")]
    [InlineData("web", null, "container has runAsNonRoot and image has non-numeric user (web), cannot verify user is non-root (pod: \"p_n(u)\", container: c)")]
    [InlineData("1000", 0L, "container's runAsUser breaks non-root policy (pod: \"p_n(u)\", container: c)")]
    [InlineData("1000", null, null)]
    [InlineData("", 1L, null)]
    public void Root_under_runAsNonRoot_is_refused_in_the_kubelets_words(string imageUser, long? user, string? message)
    {
        Exception? refusal = Record.Exception(() => Resolve(imageUser, new() { RunAsNonRoot = true, RunAsUser = user }));

        Assert.Equal(message, refusal?.Message);
    }

    private static RuntimeUser Resolve(string imageUser, SecurityContext security) => ContainerUser.Resolve(
        new() { Metadata = new() { Name = "p", Namespace = "n", Uid = "u" } },
        new() { Name = "c", SecurityContext = security },
        new() { User = imageUser }, Passwd, Group);
}
