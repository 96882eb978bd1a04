using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pods.Manifests;

/// <summary>The objects as JSON, as the Kubernetes API writes them: camel case, nothing that is not set, times in whole seconds.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(KubernetesTimeConverter), typeof(QuantityConverter)])]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(PodList))]
[JsonSerializable(typeof(ObjectTable))]
[JsonSerializable(typeof(PartialObjectMetadata))]
[JsonSerializable(typeof(ApiVersions))]
[JsonSerializable(typeof(ApiGroupList))]
[JsonSerializable(typeof(ApiResourceList))]
[JsonSerializable(typeof(WatchEvent))]
[JsonSerializable(typeof(SupportingObject))]
[JsonSerializable(typeof(SupportingObjectList))]
[JsonSerializable(typeof(ObjectEvent))]
[JsonSerializable(typeof(ObjectEventList))]
[JsonSerializable(typeof(StaticManifestList))]
[JsonSerializable(typeof(Workload))]
[JsonSerializable(typeof(WorkloadList))]
[JsonSerializable(typeof(Scale))]
[JsonSerializable(typeof(FileKindAnswer))]
[JsonSerializable(typeof(PodMetrics))]
[JsonSerializable(typeof(PodMetricsList))]
[JsonSerializable(typeof(LimitRange))]
[JsonSerializable(typeof(ResourceQuota))]
[JsonSerializable(typeof(ApiStatus))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(DeleteOptions))]
[JsonSerializable(typeof(PodInspection))]
[JsonSerializable(typeof(ImageList))]
[JsonSerializable(typeof(PullRequestBody))]
[JsonSerializable(typeof(PullEvent))]
[JsonSerializable(typeof(ImportResult))]
[JsonSerializable(typeof(NodeVersion))]
public sealed partial class KubernetesJson : JsonSerializerContext
{
    /// <summary>Whether both are written the same; records with lists in them do not compare by content.</summary>
    public static bool AreSame(WorkloadSpec left, WorkloadSpec right) =>
        JsonSerializer.SerializeToUtf8Bytes(left, Default.WorkloadSpec).AsSpan()
            .SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(right, Default.WorkloadSpec));

    /// <summary>As for the spec of a workload.</summary>
    public static bool AreSame(Container left, Container right) =>
        JsonSerializer.SerializeToUtf8Bytes(left, Default.Container).AsSpan()
            .SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(right, Default.Container));
}

/// <summary>RFC 3339 in UTC without fractions, as metav1.Time; reads any RFC 3339.</summary>
public sealed class KubernetesTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out DateTimeOffset time)
            ? time.ToUniversalTime()
            : throw new JsonException("a time must be an RFC 3339 string");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}

/// <summary>A quantity is written as the text that it was given as; a number is read too.</summary>
public sealed class QuantityConverter : JsonConverter<Quantity>
{
    public override Quantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number => reader.GetDecimal().ToString(CultureInfo.InvariantCulture),
            _ => throw new JsonException("a quantity must be a string or a number"),
        };
        return Quantity.TryParse(text, out Quantity quantity)
            ? quantity
            : throw new JsonException($"quantity \"{text}\": must be a number with an optional suffix such as m, Ki, Mi, Gi, k, M, G");
    }

    public override void Write(Utf8JsonWriter writer, Quantity value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
