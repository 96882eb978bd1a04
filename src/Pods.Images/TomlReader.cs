using System.Text;

namespace Pods.Images;

/// <summary>
/// The part of TOML that hosts.toml uses: tables with quoted names, strings, booleans, integers and arrays. The order of the
/// tables is kept, since it is the order in which mirrors are asked.
/// </summary>
internal sealed class TomlReader
{
    private const int MaximumDepth = 8;

    private readonly string _text;
    private int _at;
    private int _line = 1;

    private TomlReader(string text) => _text = text;

    /// <summary>The entries in the order of the file. A table without entries comes as one with an empty key.</summary>
    public static IReadOnlyList<TomlEntry> Read(string text) => new TomlReader(text).ReadAll();

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    private List<TomlEntry> ReadAll()
    {
        List<TomlEntry> entries = [];
        HashSet<string> keys = [];
        IReadOnlyList<string> table = [];
        for (SkipBlank(); _at < _text.Length; SkipBlank())
        {
            int line = _line;
            if (Current == '[')
            {
                table = ReadTableName();
                entries.Add(new(table, "", true, line));
            }
            else
            {
                IReadOnlyList<string> key = ReadKey();
                Expect('=');
                IReadOnlyList<string> place = [.. table, .. key.SkipLast(1)];
                if (!keys.Add(string.Join('\n', [.. place, key[^1]])))
                    throw new TomlException(line, $"\"{key[^1]}\" is set twice");
                entries.Add(new(place, key[^1], ReadValue(0), line));
            }
            EndLine();
        }
        return entries;
    }

    private IReadOnlyList<string> ReadTableName()
    {
        Expect('[');
        if (Current == '[')
            throw new TomlException(_line, "an array of tables has no place here");
        IReadOnlyList<string> name = ReadKey();
        Expect(']');
        return name;
    }

    private List<string> ReadKey()
    {
        List<string> parts = [];
        do
        {
            SkipSpaces();
            parts.Add(Current is '"' or '\'' ? ReadString() : ReadBareWord());
            SkipSpaces();
        }
        while (TryTake('.'));
        return parts;
    }

    private string ReadBareWord()
    {
        int start = _at;
        while (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '-')
            _at++;
        return _at > start ? _text[start.._at] : throw new TomlException(_line, $"a name was expected, not {Found()}");
    }

    private object ReadValue(int depth)
    {
        SkipSpaces();
        if (Current is '"' or '\'')
            return ReadString();
        if (Current == '[')
            return depth < MaximumDepth ? ReadArray(depth) : throw new TomlException(_line, "arrays are nested too deep");
        if (Current == '{')
            throw new TomlException(_line, "a table in one line is not supported: write it as [table] with one key a line");
        int start = _at;
        while (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '-' or '+' or '.')
            _at++;
        return _text[start.._at] switch
        {
            "true" => true,
            "false" => false,
            "" => throw new TomlException(_line, $"a value was expected, not {Found()}"),
            var word when long.TryParse(word.Replace("_", ""), out long number) => number,
            var word => throw new TomlException(_line, $"\"{word}\" is not a value: a string needs quotes"),
        };
    }

    private List<object> ReadArray(int depth)
    {
        List<object> items = [];
        Expect('[');
        for (SkipBlank(); Current != ']'; SkipBlank())
        {
            items.Add(ReadValue(depth + 1));
            SkipBlank();
            if (!TryTake(',') && Current != ']')
                throw new TomlException(_line, $"\",\" or \"]\" was expected in the array, not {Found()}");
        }
        Expect(']');
        return items;
    }

    private string ReadString()
    {
        char quote = Current;
        if (_text.AsSpan(_at).StartsWith(new string(quote, 3)))
            throw new TomlException(_line, "strings over several lines are not supported");
        _at++;
        StringBuilder text = new();
        while (Current != quote)
        {
            if (_at >= _text.Length || Current == '\n')
                throw new TomlException(_line, "the string is not closed on its line");
            text.Append(quote == '"' && Current == '\\' ? ReadEscape() : _text[_at++].ToString());
        }
        _at++;
        return text.ToString();
    }

    private string ReadEscape()
    {
        _at++;
        char kind = Current;
        _at++;
        return kind switch
        {
            '"' or '\\' => kind.ToString(),
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            'b' => "\b",
            'f' => "\f",
            'u' => ReadCodePoint(4),
            'U' => ReadCodePoint(8),
            _ => throw new TomlException(_line, $"\\{kind} is not an escape"),
        };
    }

    private string ReadCodePoint(int digits)
    {
        int end = Math.Min(_at + digits, _text.Length);
        if (end - _at == digits && int.TryParse(_text.AsSpan(_at, digits), System.Globalization.NumberStyles.HexNumber, null, out int code)
            && Rune.IsValid(code))
        {
            _at = end;
            return new Rune(code).ToString();
        }
        throw new TomlException(_line, $"{digits} hexadecimal digits of a character were expected");
    }

    private void Expect(char wanted)
    {
        SkipSpaces();
        if (!TryTake(wanted))
            throw new TomlException(_line, $"\"{wanted}\" was expected, not {Found()}");
    }

    private bool TryTake(char wanted)
    {
        if (_at >= _text.Length || Current != wanted)
            return false;
        _at++;
        return true;
    }

    private void EndLine()
    {
        SkipSpaces();
        SkipComment();
        if (_at < _text.Length && Current is not ('\n' or '\r'))
            throw new TomlException(_line, $"the end of the line was expected, not {Found()}");
    }

    private void SkipBlank()
    {
        while (true)
        {
            SkipSpaces();
            SkipComment();
            if (_at >= _text.Length || Current is not ('\n' or '\r'))
                return;
            if (Current == '\n')
                _line++;
            _at++;
        }
    }

    private void SkipSpaces()
    {
        while (Current is ' ' or '\t')
            _at++;
    }

    private void SkipComment()
    {
        if (Current != '#')
            return;
        while (_at < _text.Length && Current != '\n')
            _at++;
    }

    private string Found() => _at >= _text.Length ? "the end of the file" : Current is '\n' or '\r' ? "the end of the line" : $"\"{Current}\"";
}
