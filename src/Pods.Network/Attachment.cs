using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Pods.Network;

/// <summary>A pod on a network, with all that undoing it takes: the configuration may have changed by then.</summary>
internal sealed record Attachment
{
    public required PodNetworkRequest Request { get; init; }
    public required JsonObject Network { get; init; }
    public required string Interface { get; init; }

    /// <summary>What the last plugin answered that has run; null before the first has.</summary>
    public JsonObject? Result { get; init; }

    /// <summary>False while plugins are still to be run.</summary>
    public bool IsComplete { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Attachment))]
internal sealed partial class AttachmentJson : JsonSerializerContext;
