using System.Text;
using Pods.Manifests;

namespace Pods.Node.Tests;

/// <summary>LimitRange and ResourceQuota, with Kubernetes' words.</summary>
public sealed class QuotaTests
{
    private static readonly NodePolicies s_policies = PolicyReader.Read("""
        apiVersion: v1
        kind: LimitRange
        metadata: {name: range}
        spec:
          limits:
          - type: Container
            default: {memory: 64Mi}
            defaultRequest: {cpu: 100m}
            max: {memory: 1Gi}
            min: {cpu: 50m}
            maxLimitRequestRatio: {memory: 2}
          - {type: Pod, max: {memory: 1536Mi}}
        ---
        apiVersion: v1
        kind: ResourceQuota
        metadata: {name: small}
        spec: {hard: {pods: 2, limits.memory: 1Gi, requests.cpu: 1}}
        """u8.ToArray(), "policies");

    [Fact]
    public void What_a_container_leaves_out_is_filled_in()
    {
        Container container = Fill("{name: a, image: i}").Spec!.Containers![0];

        Assert.Equal(("64Mi", "64Mi", "100m"), (container.Resources!.Limits!["memory"].ToString(),
            container.Resources.Requests!["memory"].ToString(), container.Resources.Requests["cpu"].ToString()));
        Assert.Empty(LimitRanger.Violations(Fill("{name: a, image: i}"), s_policies.LimitRanges));
    }

    [Theory]
    [InlineData("{limits: {memory: 2Gi}}", "maximum memory usage per Container is 1Gi, but limit is 2Gi|maximum memory usage per Pod is 1536Mi, but limit is 2Gi")]
    [InlineData("{requests: {cpu: 10m}}", "minimum cpu usage per Container is 50m, but request is 10m")]
    [InlineData("{limits: {memory: 100Mi}, requests: {memory: 10Mi}}",
        "memory max limit to request ratio per Container is 2, but provided ratio is 10.000000")]
    public void Too_much_or_too_little_is_refused(string resources, string expected)
    {
        Pod pod = Fill("{name: a, image: i, resources: " + resources + "}");

        Assert.Equal(expected.Split('|'), LimitRanger.Violations(pod, s_policies.LimitRanges));
    }

    [Fact]
    public void Namespace_without_a_policy_is_free() =>
        Assert.Null(Quotas.Problem(InSpace("elsewhere"), s_policies.Quotas, [InSpace("elsewhere"), InSpace("elsewhere")]));

    [Fact]
    public void Pod_beyond_the_quota_is_refused_with_all_that_it_exceeds()
    {
        Pod pod = Fill("{name: a, image: i, resources: {limits: {memory: 600Mi}, requests: {cpu: 600m}}}");

        Assert.Null(Quotas.Problem(pod, s_policies.Quotas, []));
        Assert.Equal("exceeded quota: small, requested: limits.memory=600Mi,requests.cpu=600m, used: limits.memory=600Mi,requests.cpu=600m, "
            + "limited: limits.memory=1Gi,requests.cpu=1", Quotas.Problem(pod, s_policies.Quotas, [pod]));
        Assert.Contains("requested: pods=1, used: pods=2, limited: pods=2",
            Quotas.Problem(Fill("{name: b, image: i}"), s_policies.Quotas, [Fill("{name: c, image: i}"), Fill("{name: d, image: i}")]));
    }

    [Fact]
    public void Container_that_does_not_say_what_the_quota_counts_is_refused() => Assert.Equal(
        "failed quota: small: must specify limits.memory for: a; requests.cpu for: a",
        Quotas.Problem(Read("{name: a, image: i}", "default"), s_policies.Quotas, []));

    [Fact]
    public void Policy_with_mistakes_is_refused_with_their_places()
    {
        ManifestException refusal = Assert.Throws<ManifestException>(() => PolicyReader.Read("""
            kind: LimitRange
            apiVersion: v1
            metadata: {name: r}
            spec: {limits: [{type: Node, maxx: {}, max: {gpu: 1}}]}
            ---
            kind: ResourceQuota
            apiVersion: v1
            metadata: {name: q}
            spec: {hard: {podz: 1}}
            ---
            kind: Pod
            """u8.ToArray(), "p.yaml"));

        Assert.Equal(["4:18", "4:30", "9:15", "11:1"], refusal.Errors.OrderBy(e => (e.Line, e.Column)).Select(e => $"{e.Line}:{e.Column}"));
    }

    private static Pod InSpace(string space) => Read("{name: a, image: i}", space);

    private static Pod Fill(string container) => LimitRanger.Fill(Read(container, "default"), s_policies.LimitRanges);

    private static Pod Read(string container, string space) => PodDefaults.Apply(ManifestReader.Read(Encoding.UTF8.GetBytes(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: " + space + "}\nspec: {containers: [" + container + "]}"), "test")[0]);
}
