using System.Text.Json;
using System.Text.Json.Nodes;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>The body of a PATCH, by its media type.</summary>
internal static class PodPatch
{
    private const string Merge = "application/merge-patch+json", Strategic = "application/strategic-merge-patch+json", Json = "application/json-patch+json";

    /// <exception cref="NodeException">400: no patch; 415: a kind of patch that is not known here.</exception>
    public static JsonNode Apply(JsonNode target, byte[] body, string? mediaType)
    {
        string type = (mediaType ?? "").Split(';')[0].Trim();
        if (type is not (Merge or Strategic or Json))
            throw new NodeException(415, "UnsupportedMediaType", $"a patch of type \"{type}\" is not supported: send {Merge}, {Strategic} or {Json}");
        try
        {
            if (type == Json)
                return JsonPatch.Apply(
                    target, JsonNode.Parse(body) as JsonArray ?? throw NodeException.BadRequest("the patch is no JSON array"));
            if (JsonNode.Parse(body) is not JsonObject patch)
                throw NodeException.BadRequest("the patch is no JSON object");
            return type == Merge ? MergePatch.Apply(target, patch)! : StrategicMergePatch.Apply(target.AsObject(), patch);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw NodeException.BadRequest($"the patch cannot be applied: {e.Message}");
        }
    }
}
