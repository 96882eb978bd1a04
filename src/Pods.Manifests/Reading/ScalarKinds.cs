using System.Globalization;

namespace Pods.Manifests.Reading;

/// <summary>
/// What a plain scalar is for Kubernetes' YAML reader, which follows YAML 1.1: <c>yes</c>, <c>on</c> and <c>n</c> are booleans.
/// A field that wants text refuses those, since the writer most likely meant something else than what a cluster would see.
/// </summary>
internal static class ScalarKinds
{
    private static readonly string[] TrueWords = ["y", "yes", "true", "on"];
    private static readonly string[] FalseWords = ["n", "no", "false", "off"];

    public static bool? ToBoolean(YamlScalar scalar) => !scalar.IsPlain ? null
        : Is(scalar.Text, TrueWords) ? true
        : Is(scalar.Text, FalseWords) ? false
        : null;

    public static long? ToInteger(YamlScalar scalar)
    {
        if (!scalar.IsPlain || !IsNumber(scalar))
            return null;
        string text = scalar.Text.Replace("_", "");
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return long.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out long hex) ? hex : null;
        string octal = text.StartsWith("0o", StringComparison.Ordinal) ? text[2..] : text is ['0', _, ..] ? text[1..] : "";
        if (octal.Length > 0 && octal.All(c => c is >= '0' and <= '7') && octal.Length <= 20)
            return octal.Aggregate(0L, (sum, digit) => sum * 8 + (digit - '0'));
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
            : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal whole)
              && whole == decimal.Truncate(whole) && whole is >= long.MinValue and <= long.MaxValue ? (long)whole
            : null;
    }

    public static bool IsNumber(YamlScalar scalar)
    {
        if (!scalar.IsPlain || scalar.Text.Length == 0)
            return false;
        string text = scalar.Text.Replace("_", "");
        return text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
                ? text.Length > 2 && text[2..].All(char.IsAsciiHexDigit)
            : text.StartsWith("0o", StringComparison.Ordinal)
                ? text.Length > 2 && text[2..].All(char.IsAsciiDigit)
            : (char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.')
                && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
    }

    // Lower case, capitalised or upper case, as YAML 1.1 lists them: "yEs" is text.
    private static bool Is(string text, string[] words) => words.Any(w =>
        text == w || text == w.ToUpperInvariant()
        || (text.Length == w.Length && char.ToLowerInvariant(text[0]) + text[1..] == w && char.IsUpper(text[0])));
}
