using System.Text;
using System.Text.Json;

namespace Pods.Shim.Tests;

public sealed class BundleSpecTests
{
    private static BundleSpec Parse(string config) => BundleSpec.Parse(Encoding.UTF8.GetBytes(config));

    [Theory]
    [InlineData("""{}""", "id")]
    [InlineData("""{"annotations":null}""", "id")]
    [InlineData("""{"annotations":{"io.kubernetes.cri.sandbox-id":"s"}}""", "s")]
    [InlineData("""{"annotations":{"io.kubernetes.cri.sandbox-id":"s","io.containerd.runc.v2.group":"g"}}""", "g")]
    [InlineData("""{"annotations":{"io.kubernetes.cri.sandbox-id":"s","io.containerd.runc.v2.group":""}}""", "")]
    public void Group_is_named_by_the_first_annotation_that_is_present(string config, string group)
    {
        Assert.Equal(group, Parse(config).GroupOr("id"));
    }

    [Theory]
    [InlineData("""{}""", true)]
    [InlineData("""{"linux":{"namespaces":[{"type":"pid"}]}}""", false)]
    [InlineData("""{"linux":{"namespaces":[{"type":"pid","path":"/proc/1/ns/pid"}]}}""", true)]
    [InlineData("""{"linux":{"namespaces":[{"type":"pid","path":""}]}}""", false)]
    public void Pid_namespace_is_shared_unless_a_new_one_is_asked_for(string config, bool shared)
    {
        Assert.Equal(shared, Parse(config).SharesPidNamespace);
    }

    [Fact]
    public void Member_of_a_pod_names_its_sandbox()
    {
        BundleSpec spec = Parse("""{"annotations":{"io.kubernetes.cri.container-type":"container","io.kubernetes.cri.sandbox-id":"s"}}""");
        Assert.True(spec.IsPodMember);
        Assert.Equal("s", spec.SandboxId);
        Assert.False(spec.SharesSandboxProcesses);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"annotations":{"a":"b"}""")]
    public void Document_that_is_not_a_spec_is_refused(string config)
    {
        Assert.ThrowsAny<JsonException>(() => Parse(config));
    }
}
