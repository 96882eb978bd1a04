using System.Text.Json.Serialization;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>The form of a file of the store: the object, and what podsd remembers of it.</summary>
public sealed record StoredPod
{
    public required Pod Pod { get; init; }
    public PodMemory Memory { get; init; } = new();
    /// <summary>What takes its place when it has ended: a definition that its sandbox cannot take on.</summary>
    public Pod? Successor { get; init; }
}

/// <summary>The store's files as JSON. Times keep their fractions here: back-off counts from them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    Converters = [typeof(QuantityConverter)])]
[JsonSerializable(typeof(StoredPod))]
[JsonSerializable(typeof(ObjectEvent))]
internal sealed partial class NodeJson : JsonSerializerContext;
