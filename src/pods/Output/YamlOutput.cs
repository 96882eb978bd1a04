using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Pods.Cli.Output;

/// <summary>JSON as YAML in the form that kubectl prints: keys sorted, lists not indented, text quoted only where it must be.</summary>
internal static class YamlOutput
{
    private static readonly string[] Words = ["null", "~", "true", "false", "yes", "no", "on", "off", "y", "n"];

    public static void Write(JsonElement value, TextWriter output)
    {
        Emitter emitter = new(output, new EmitterSettings(
            bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, indentSequences: false));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, value);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void Emit(Emitter emitter, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                emitter.Emit(new MappingStart(
                    null, null, true, Style<MappingStyle>(value.EnumerateObject().Any(), MappingStyle.Block, MappingStyle.Flow)));
                foreach (JsonProperty property in value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    emitter.Emit(Text(property.Name));
                    Emit(emitter, property.Value);
                }
                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                emitter.Emit(new SequenceStart(null, null, true,
                    Style<SequenceStyle>(value.GetArrayLength() > 0, SequenceStyle.Block, SequenceStyle.Flow)));
                foreach (JsonElement item in value.EnumerateArray())
                    Emit(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                emitter.Emit(Text(value.GetString()!));
                break;
            default:
                emitter.Emit(new Scalar(null, null, value.GetRawText(), ScalarStyle.Plain, true, false));
                break;
        }
    }

    private static T Style<T>(bool filled, T block, T empty) => filled ? block : empty;

    private static Scalar Text(string text)
    {
        ScalarStyle style = text.Contains('\n') && !text.Contains('\r') && !text.StartsWith(' ') ? ScalarStyle.Literal
            : MustBeQuoted(text) ? ScalarStyle.DoubleQuoted
            : ScalarStyle.Plain;
        return new Scalar(null, null, text, style, style == ScalarStyle.Plain, style != ScalarStyle.Plain);
    }

    /// <summary>Whether a reader would take the plain text for a number, a boolean, a null or a date.</summary>
    private static bool MustBeQuoted(string text) =>
        text.Length == 0
        || Words.Contains(text, StringComparer.OrdinalIgnoreCase)
        || double.TryParse(text.Replace("_", ""), NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        || (char.IsAsciiDigit(text[0]) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _))
        || text.StartsWith("0x", StringComparison.Ordinal) || text.StartsWith("0o", StringComparison.Ordinal);
}
