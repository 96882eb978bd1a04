using System.Globalization;
using System.Text.Json;

namespace Pods.Manifests.Reading;

/// <summary>A scalar as the JSON that a field's kind wants.</summary>
internal static class ScalarJson
{
    /// <summary>Null where the scalar is not of that kind.</summary>
    public static string? Of(FieldKind kind, YamlScalar scalar) => kind switch
    {
        FieldKind.Text when IsText(scalar) => Quoted(scalar.Text),
        FieldKind.Boolean => ScalarKinds.ToBoolean(scalar) switch { true => "true", false => "false", null => null },
        FieldKind.Integer => Number(ScalarKinds.ToInteger(scalar)),
        FieldKind.Integer32 => Number(ScalarKinds.ToInteger(scalar) is >= int.MinValue and <= int.MaxValue and var small ? small : null),
        FieldKind.IntegerOrText when ScalarKinds.IsNumber(scalar) => Of(FieldKind.Integer32, scalar),
        FieldKind.IntegerOrText => Of(FieldKind.Text, scalar),
        FieldKind.Quantity when Quantity.TryParse(scalar.Text, out _) => Quoted(scalar.Text),
        FieldKind.Time when DateTimeOffset.TryParse(
            scalar.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) => Quoted(time.ToString("O")),
        _ => null,
    };

    private static bool IsText(YamlScalar scalar) =>
        !scalar.IsNull && !ScalarKinds.IsNumber(scalar) && ScalarKinds.ToBoolean(scalar) is null;

    private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
