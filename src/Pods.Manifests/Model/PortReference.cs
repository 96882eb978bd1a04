using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pods.Manifests;

/// <summary>A port by its number, or by the name that one of the container's ports has.</summary>
[JsonConverter(typeof(PortReferenceConverter))]
public readonly record struct PortReference(int Number, string? Name)
{
    public override string ToString() => Name ?? Number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Kubernetes' IntOrString.</summary>
public sealed class PortReferenceConverter : JsonConverter<PortReference>
{
    public override PortReference Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt32(out int number) => new(number, null),
        JsonTokenType.String => new(0, reader.GetString()),
        _ => throw new JsonException("a port must be a number or a name"),
    };

    public override void Write(Utf8JsonWriter writer, PortReference value, JsonSerializerOptions options)
    {
        if (value.Name is { } name)
            writer.WriteStringValue(name);
        else
            writer.WriteNumberValue(value.Number);
    }
}
