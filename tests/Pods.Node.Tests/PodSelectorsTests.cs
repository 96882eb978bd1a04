using Pods.Manifests;

namespace Pods.Node.Tests;

public sealed class PodSelectorsTests
{
    private static readonly Pod Web = new()
    {
        Metadata = new() { Name = "web", Namespace = "default", Labels = new Dictionary<string, string> { ["app"] = "web", ["tier"] = "front" } },
        Status = new() { Phase = "Running" },
    };

    [Theory]
    [InlineData("app=web", true)]
    [InlineData("app==web,tier=front", true)]
    [InlineData("app=web,tier=back", false)]
    [InlineData("app!=web", false)]
    [InlineData("other!=web", true)]
    [InlineData("app in (db, web),tier notin (back)", true)]
    [InlineData("app notin (web)", false)]
    [InlineData("other notin (web)", true)]
    [InlineData("tier", true)]
    [InlineData("!tier", false)]
    [InlineData("!other", true)]
    public void Labels_of_a_pod_match_as_in_Kubernetes(string selector, bool matches) =>
        Assert.Equal(matches, PodSelectors.Parse(selector, null)(Web));

    [Theory]
    [InlineData("metadata.name=web", true)]
    [InlineData("metadata.name=web,status.phase!=Running", false)]
    [InlineData("status.phase=Running,metadata.namespace=default", true)]
    public void Fields_of_a_pod_match_as_in_Kubernetes(string selector, bool matches) =>
        Assert.Equal(matches, PodSelectors.Parse(null, selector)(Web));

    [Fact]
    public void Field_that_is_not_selectable_is_refused() =>
        Assert.Equal(400, Assert.Throws<NodeException>(() => PodSelectors.Parse(null, "spec.hostname=x")).Code);
}
