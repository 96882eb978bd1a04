using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pods.Oci;

/// <summary>Reads and writes the documents of an image.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(ImageManifest))]
[JsonSerializable(typeof(ImageConfig))]
[JsonSerializable(typeof(List<ImageArchiveEntry>))]
public sealed partial class ImageJson : JsonSerializerContext;
