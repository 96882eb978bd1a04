using System.Text;
using Pods.Manifests;

namespace Pods.Node.Tests;

/// <summary>What the node does not let pods do, and how it says so.</summary>
public sealed class PodPolicyTests
{
    private const string Everything = """
        hostNetwork: true
        hostPID: true
        containers:
        - {name: a, image: i, securityContext: {privileged: true}, ports: [{containerPort: 80, hostPort: 80}]}
        - {name: b, image: i, securityContext: {privileged: true}}
        volumes: [{name: etc, hostPath: {path: /etc}}]
        """;

    [Fact]
    public void Nothing_is_forbidden_unless_configured() => Check(Everything, new());

    [Fact]
    public void Every_forbidden_feature_is_told_at_once()
    {
        Assert.Equal(
            "pods \"web\" is forbidden: violates PodSecurity \"podsd\": host namespaces (hostNetwork=true, hostPID=true), "
            + "privileged (containers \"a\", \"b\" must not set securityContext.privileged=true), hostPort (container \"a\" uses a hostPort), "
            + "hostPath volumes (volume \"etc\")",
            Refusal(Everything, new() { Forbidden = PodPolicy.Features }));
    }

    [Theory]
    [InlineData("/srv", true)]
    [InlineData("/srv/data/", true)]
    [InlineData("/srvother", false)]
    [InlineData("/", false)]
    public void HostPath_lies_below_an_allowed_directory(string path, bool isAllowed)
    {
        Assert.Equal(isAllowed, PodPolicy.IsAllowedPath(path, new() { HostPathPrefixes = ["/data", "/srv/"] }));
        Assert.True(PodPolicy.IsAllowedPath(path, new()));
    }

    [Fact]
    public void HostPath_elsewhere_is_forbidden() => Assert.Equal(
        "pods \"web\" is forbidden: hostPath \"/etc\" is not below an allowed directory: /srv",
        Refusal("containers: [{name: a, image: i}]\nvolumes: [{name: v, hostPath: {path: /etc}}]", new() { HostPathPrefixes = ["/srv"] }));

    [Fact]
    public void Unsafe_sysctl_needs_the_operators_word()
    {
        const string spec = "containers: [{name: a, image: i}]\nsecurityContext: {sysctls: [{name: net.core.somaxconn, value: '9'}]}";

        Assert.Equal("pods \"web\" is forbidden: forbidden sysctl: \"net.core.somaxconn\" not allowlisted", Refusal(spec, new()));
        Check(spec, new() { UnsafeSysctls = ["net.core.*"] });
        Check(spec.Replace("net.core.somaxconn", "net.ipv4.tcp_syncookies"), new());
    }

    [Theory]
    [InlineData("RuntimeDefault")]
    [InlineData("Localhost, localhostProfile: mine")]
    public void AppArmor_profile_is_refused_where_the_kernel_has_no_AppArmor(string profile)
    {
        string spec = "containers: [{name: a, image: i, securityContext: {appArmorProfile: {type: " + profile + "}}}]";

        Assert.Equal("pods \"web\" is forbidden: Cannot enforce AppArmor: AppArmor is not enabled on the host", Refusal(spec, new()));
        Check(spec.Replace(profile, "Unconfined"), new());
    }

    private static string Refusal(string spec, NodeOptions options)
    {
        NodeException refusal = Assert.Throws<NodeException>(() => Check(spec, options));
        Assert.Equal((403, "Forbidden", "pods"), (refusal.Code, refusal.Reason, refusal.ObjectKind));
        return refusal.Message;
    }

    private static void Check(string spec, NodeOptions options) => PodPolicy.Check(
        PodDefaults.Apply(ManifestReader.Read(Encoding.UTF8.GetBytes(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  " + spec.Replace("\n", "\n  ")), "test")[0]),
        options, new() { MemoryBytes = 1 << 30 });
}
