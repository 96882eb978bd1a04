namespace Pods.House.Tests;

/// <summary>Blanks what is not code in C# text, keeping every position: comments, characters and strings.</summary>
internal sealed class CodeText
{
    private readonly string _text;
    private readonly char[] _code;

    private CodeText(string text) => (_text, _code) = (text, text.ToCharArray());

    public static string Of(string text)
    {
        CodeText reading = new(text);
        for (int at = 0; at < text.Length;)
            at = reading.Past(at);
        return new string(reading._code);
    }

    /// <summary>The position after the token at this one; a token that is not code is blanked on the way.</summary>
    private int Past(int at)
    {
        if (Starts(at, "//"))
            return Blank(at, EndOfLine(at));
        if (Starts(at, "/*"))
            return Blank(at, After("*/", at + 2));
        if (_text[at] == '\'')
            return Blank(at, PastCharacter(at));
        int prefix = at;
        while (prefix < _text.Length && _text[prefix] is '$' or '@')
            prefix++;
        if (prefix < _text.Length && _text[prefix] == '"')
            return Blank(at, PastString(prefix, _text[at..prefix]));
        return Math.Max(prefix, at + 1);
    }

    private int PastString(int quote, string prefix)
    {
        int quotes = 0;
        while (quote + quotes < _text.Length && _text[quote + quotes] == '"')
            quotes++;
        if (quotes >= 3)
            return After(new string('"', quotes), quote + quotes);

        bool verbatim = prefix.Contains('@'), interpolated = prefix.Contains('$');
        for (int at = quote + 1; at < _text.Length; at++)
        {
            if (Starts(at, "\"\"") && verbatim || !verbatim && _text[at] == '\\' || interpolated && Starts(at, "{{"))
                at++;
            else if (interpolated && _text[at] == '{')
                at = PastHole(at + 1) - 1;
            else if (_text[at] == '"')
                return at + 1;
        }
        return _text.Length;
    }

    // An interpolation can hold strings of its own: its closing brace is the first one outside of them.
    private int PastHole(int at)
    {
        for (int depth = 1; at < _text.Length;)
        {
            depth += _text[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
                return at + 1;
            at = Past(at);
        }
        return at;
    }

    private int PastCharacter(int at)
    {
        int end = _text.IndexOf('\'', at + (Starts(at + 1, "\\") ? 3 : 2));
        return end < 0 || end - at > 12 ? at + 1 : end + 1;
    }

    private int Blank(int from, int to)
    {
        for (int at = from; at < to; at++)
            if (_text[at] != '\n')
                _code[at] = ' ';
        return to;
    }

    private bool Starts(int at, string token) => string.CompareOrdinal(_text, at, token, 0, token.Length) == 0;

    private int EndOfLine(int at) => _text.IndexOf('\n', at) is var end and >= 0 ? end : _text.Length;

    private int After(string token, int from) =>
        _text.IndexOf(token, from, StringComparison.Ordinal) is var at and >= 0 ? at + token.Length : _text.Length;
}
