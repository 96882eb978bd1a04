using System.Text;

namespace Pods.Manifests;

/// <summary>
/// Variables that a container wrote for those after it, as Kubernetes' "Env file syntax" has them: NAME='value', where the value is taken
/// as it stands, over several lines too; lines that begin with # are comments. A shell reads such a file as the same.
/// </summary>
internal static class EnvironmentFile
{
    /// <exception cref="FormatException">With the line; never with a value, which may be a secret.</exception>
    public static IReadOnlyDictionary<string, string> Parse(byte[] content)
    {
        Dictionary<string, string> variables = [];
        string text = Encoding.UTF8.GetString(content);
        int at = 0;
        while (SkipTo(text, ref at))
        {
            int equals = text.IndexOf('=', at), end = EndOfLine(text, at);
            if (equals < 0 || equals > end || text[at..equals].Trim() is not { Length: > 0 } name)
                throw At(text, at, "is not NAME='value'");
            int open = equals + 1;
            while (open < end && text[open] is ' ' or '\t')
                open++;
            if (open >= end || text[open] != '\'')
                throw At(text, at, $"the value of {name} must stand in single quotes");
            int close = text.IndexOf('\'', open + 1);
            if (close < 0)
                throw At(text, at, $"the value of {name} has no end");
            end = EndOfLine(text, close);
            if (text[(close + 1)..end].Trim().Length > 0)
                throw At(text, close, $"nothing may follow the value of {name}");
            variables[name] = text[(open + 1)..close];
            at = end;
        }
        return variables;
    }

    /// <returns>Whether there is another variable.</returns>
    private static bool SkipTo(string text, ref int at)
    {
        while (at < text.Length)
        {
            if (text[at] == '#')
                at = EndOfLine(text, at);
            else if (char.IsWhiteSpace(text[at]))
                at++;
            else
                return true;
        }
        return false;
    }

    private static int EndOfLine(string text, int at) => text.IndexOf('\n', at) is >= 0 and var end ? end : text.Length;

    private static FormatException At(string text, int at, string what) => new($"line {text.AsSpan(0, at).Count('\n') + 1}: {what}");
}
