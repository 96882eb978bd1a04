using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Pods.Manifests.Reading;

/// <summary>Builds the node trees of JSON documents, one after the other in a file or a request body.</summary>
internal ref struct JsonTree
{
    private readonly ReadOnlySpan<byte> _content;
    private Utf8JsonReader _reader;
    // Tokens come in the order of the file, so that lines are counted once.
    private int _counted;
    private int _line = 1;
    private int _lineStart;

    private JsonTree(ReadOnlySpan<byte> content)
    {
        _content = content;
        _reader = new(content, new JsonReaderOptions { MaxDepth = YamlTree.MaxDepth, AllowMultipleValues = true });
    }

    /// <summary>False where it is no JSON, or more of it than a manifest may have.</summary>
    public static bool TryParse(ReadOnlySpan<byte> content, [NotNullWhen(true)] out IReadOnlyList<YamlValue>? documents)
    {
        documents = null;
        ReadOnlySpan<byte> start = content.TrimStart(" \t\r\n"u8);
        if (start.IsEmpty || start[0] != (byte)'{' || content.Length > YamlTree.MaxBytes)
            return false;
        try
        {
            List<YamlValue> found = [];
            JsonTree tree = new(content);
            while (tree._reader.Read())
                found.Add(tree.Value());
            documents = found;
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A string that is no UTF-8 is an InvalidOperationException; the YAML reader says so.
            return false;
        }
    }

    private YamlValue Value()
    {
        Position at = Here();
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                List<YamlEntry> entries = [];
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
                {
                    Position keyAt = Here();
                    string key = _reader.GetString()!;
                    _reader.Read();
                    entries.Add(new(key, keyAt, Value()));
                }
                return new YamlMap(entries, at);
            case JsonTokenType.StartArray:
                List<YamlValue> items = [];
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                    items.Add(Value());
                return new YamlList(items, at);
            case JsonTokenType.String:
                return new YamlScalar(_reader.GetString()!, IsPlain: false, at);
            default:
                return new YamlScalar(Encoding.UTF8.GetString(_reader.ValueSpan), IsPlain: true, at);
        }
    }

    private Position Here()
    {
        int token = (int)_reader.TokenStartIndex;
        for (; _counted < token; _counted++)
            if (_content[_counted] == '\n')
                (_line, _lineStart) = (_line + 1, _counted + 1);
        return new(_line, token - _lineStart + 1);
    }
}
