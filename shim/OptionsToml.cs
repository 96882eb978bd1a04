using System.Globalization;

namespace Pods.Shim;

/// <summary>
/// The flat TOML that CRI sends for a runtime type that it does not know: `Key = value` lines of strings, booleans and
/// integers. Tables and other kinds of values hold nothing for the shim and are passed over.
/// </summary>
internal static class OptionsToml
{
    /// <summary>Keys are compared without regard to case, as containerd's decoder does.</summary>
    public static IReadOnlyDictionary<string, object> Parse(string text)
    {
        Dictionary<string, object> values = new(StringComparer.OrdinalIgnoreCase);
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line[0] == '[')
                break;
            int equals = line.IndexOf('=');
            if (equals <= 0)
                throw new FormatException($"runtime options: line {number}: \"{line}\" is not key = value");
            if (Value(line[(equals + 1)..].Trim(), number) is { } value)
                values[line[..equals].Trim().Trim('"', '\'')] = value;
        }
        return values;
    }

    private static object? Value(string text, int line)
    {
        if (text.Length == 0)
            throw new FormatException($"runtime options: line {line}: no value");
        if (text[0] == '\'')
            return text.IndexOf('\'', 1) is > 0 and int end ? text[1..end] : throw Unterminated(text, line);
        if (text[0] == '"')
            return Quoted(text, line);
        if (text[0] is '[' or '{')
            return null;
        string word = text.Split('#')[0].Trim();
        return word switch
        {
            "true" => true,
            "false" => false,
            _ when long.TryParse(word.Replace("_", ""), CultureInfo.InvariantCulture, out long number) => number,
            _ => throw new FormatException($"runtime options: line {line}: \"{word}\" is not a value"),
        };
    }

    private static string Quoted(string text, int line)
    {
        System.Text.StringBuilder value = new();
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
                return value.ToString();
            if (text[i] != '\\')
                value.Append(text[i]);
            else if (++i < text.Length)
                value.Append(text[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', char other => other });
        }
        throw Unterminated(text, line);
    }

    private static FormatException Unterminated(string text, int line) =>
        new($"runtime options: line {line}: {text} has no closing quote");
}
