using System.Text.Json.Nodes;

namespace Pods.Manifests.Tests;

/// <summary>Patches as kubectl sends them.</summary>
public sealed class PatchTests
{
    private const string Target = """
        {"metadata": {"labels": {"a": "1", "b": "2"}},
         "spec": {"containers": [
           {"name": "web", "image": "one", "ports": [{"containerPort": 80, "name": "http"}], "command": ["a", "b"]},
           {"name": "log", "image": "two"}]}}
        """;

    [Theory]
    // RFC 7396: objects merge, null removes, lists are replaced.
    [InlineData("""{"metadata": {"labels": {"a": null, "c": "3"}}}""", """{"b": "2", "c": "3"}""", "metadata", "labels")]
    [InlineData("""{"spec": {"containers": []}}""", "[]", "spec", "containers")]
    public void Merge_patch_follows_RFC_7396(string patch, string expected, params string[] path)
    {
        JsonNode result = MergePatch.Apply(JsonNode.Parse(Target), JsonNode.Parse(patch))!;

        AssertSame(expected, path.Aggregate(result, (node, key) => node[key]!));
    }

    [Theory]
    [InlineData("""[{"name": "web", "image": "new"}]""",
        """[{"name": "web", "image": "new", "ports": [{"containerPort": 80, "name": "http"}], "command": ["a", "b"]}, {"name": "log", "image": "two"}]""")]
    [InlineData("""[{"name": "log", "$patch": "delete"}, {"name": "web", "command": ["c"], "ports": [{"containerPort": 80, "name": null}]}]""",
        """[{"name": "web", "image": "one", "ports": [{"containerPort": 80}], "command": ["c"]}]""")]
    [InlineData("""[{"name": "third", "image": "three", "env": [{"name": "A", "value": null}]}, {"name": "web", "$patch": "replace", "image": "x"}]""",
        """[{"name": "web", "image": "x"}, {"name": "log", "image": "two"}, {"name": "third", "image": "three", "env": [{"name": "A"}]}]""")]
    [InlineData("""[{"$patch": "replace"}, {"name": "only"}]""", """[{"name": "only"}]""")]
    public void Strategic_patch_finds_containers_by_name(string containers, string expected)
    {
        JsonObject result = StrategicMergePatch.Apply(Parse(Target), Parse($$"""{"spec": {"containers": {{containers}} } }"""));

        AssertSame(expected, result["spec"]!["containers"]!);
    }

    [Fact]
    public void Strategic_patch_orders_elements_as_told()
    {
        JsonObject result = StrategicMergePatch.Apply(Parse(Target), Parse("""
            {"spec": {"$setElementOrder/containers": [{"name": "log"}, {"name": "new"}, {"name": "web"}], "containers": [{"name": "new"}]}}
            """));

        Assert.Equal(["log", "new", "web"], result["spec"]!["containers"]!.AsArray().Select(c => (string)c!["name"]!));
    }

    [Fact]
    public void Strategic_patch_keeps_only_retained_keys_and_drops_listed_values()
    {
        JsonObject result = StrategicMergePatch.Apply(Parse("""{"strategy": {"old": 1, "kept": 2}, "finalizers": ["x", "y"]}"""), Parse("""
            {"strategy": {"$retainKeys": ["kept", "new"], "new": 3}, "$deleteFromPrimitiveList/finalizers": ["x"]}
            """));

        AssertSame("""{"strategy": {"kept": 2, "new": 3}, "finalizers": ["y"]}""", result);
    }

    [Theory]
    [InlineData("""{"$patch": "erase"}""", "\"erase\"")]
    [InlineData("""{"spec": {"containers": [{"image": "no-name"}]}}""", "no name")]
    [InlineData("""{"spec": {"containers": ["web"]}}""", "no object")]
    public void Strategic_patch_that_makes_no_sense_is_refused(string patch, string expected)
    {
        FormatException e = Assert.Throws<FormatException>(() => StrategicMergePatch.Apply(Parse(Target), Parse(patch)));

        Assert.Contains(expected, e.Message);
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private static void AssertSame(string expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"expected {expected}\nactual   {actual.ToJsonString()}");
}
