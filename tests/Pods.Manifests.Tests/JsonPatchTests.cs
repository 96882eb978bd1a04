using System.Text.Json.Nodes;

namespace Pods.Manifests.Tests;

public sealed class JsonPatchTests
{
    private const string Document = """{"a": {"b": [1, 2]}, "c/d": "x", "n": null}""";

    [Theory]
    [InlineData("""[{"op": "add", "path": "/a/b/1", "value": 9}]""", """{"a": {"b": [1, 9, 2]}, "c/d": "x", "n": null}""")]
    [InlineData("""[{"op": "add", "path": "/a/b/-", "value": {"k": 3}}]""", """{"a": {"b": [1, 2, {"k": 3}]}, "c/d": "x", "n": null}""")]
    [InlineData("""[{"op": "replace", "path": "/c~1d", "value": "y"}]""", """{"a": {"b": [1, 2]}, "n": null, "c/d": "y"}""")]
    [InlineData("""[{"op": "remove", "path": "/a/b/0"}, {"op": "remove", "path": "/n"}]""", """{"a": {"b": [2]}, "c/d": "x"}""")]
    [InlineData("""[{"op": "move", "from": "/a/b", "path": "/m"}]""", """{"a": {}, "c/d": "x", "n": null, "m": [1, 2]}""")]
    [InlineData("""[{"op": "copy", "from": "/a", "path": "/m"}, {"op": "test", "path": "/m/b/1", "value": 2}]""",
        """{"a": {"b": [1, 2]}, "c/d": "x", "n": null, "m": {"b": [1, 2]}}""")]
    [InlineData("""[{"op": "replace", "path": "", "value": {"whole": true}}]""", """{"whole": true}""")]
    public void Operations_are_done_in_their_order(string patch, string expected) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), Apply(patch)), Apply(patch).ToJsonString());

    [Theory]
    [InlineData("""[{"op": "test", "path": "/a/b/0", "value": 2}]""", "testing path /a/b/0 failed")]
    [InlineData("""[{"op": "remove", "path": "/absent"}]""", "the path \"/absent\" leads nowhere")]
    [InlineData("""[{"op": "replace", "path": "/a/b/2", "value": 0}]""", "the path \"/a/b/2\" leads nowhere")]
    [InlineData("""[{"op": "add", "path": "/a/b/3", "value": 0}]""", "the path \"/a/b/3\" leads nowhere")]
    [InlineData("""[{"op": "add", "path": "/a/b/01", "value": 0}]""", "the path \"/a/b/01\" leads nowhere")]
    [InlineData("""[{"op": "add", "path": "a", "value": 0}]""", "path \"a\" does not begin with a slash")]
    [InlineData("""[{"op": "add", "path": "/a"}]""", "an operation has no \"value\"")]
    [InlineData("""[{"op": "shift", "path": "/a"}]""", "unknown operation \"shift\"")]
    [InlineData("""[{"path": "/a"}]""", "an operation has no \"op\"")]
    [InlineData("""[1]""", "an operation is no object")]
    public void Operation_that_cannot_be_done_is_refused_and_changes_nothing(string patch, string why)
    {
        JsonNode target = JsonNode.Parse(Document)!;

        Assert.Equal(why, Assert.Throws<FormatException>(() => JsonPatch.Apply(target, JsonNode.Parse(patch)!.AsArray())).Message);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Document), target));
    }

    private static JsonNode Apply(string patch) => JsonPatch.Apply(JsonNode.Parse(Document)!, JsonNode.Parse(patch)!.AsArray());
}
