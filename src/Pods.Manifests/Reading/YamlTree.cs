using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Pods.Manifests.Reading;

/// <summary>Builds the node tree of each document of a stream from the parser's events, aliases and merge keys resolved, within limits.</summary>
internal sealed class YamlTree
{
    // etcd's and the API server's limit of a request; no real manifest comes near.
    public const int MaxBytes = 3 << 20;

    // Aliases can make a small file unfold without end ("billion laughs"): the tree is bounded, not the text.
    private const int MaxNodes = 200_000;
    public const int MaxDepth = 100;

    private const string TagPrefix = "tag:yaml.org,2002:";

    private readonly IParser _parser;
    private readonly Dictionary<string, YamlValue> _anchors = [];
    private readonly HashSet<string> _open = [];
    private int _nodes;

    private YamlTree(IParser parser) => _parser = parser;

    /// <exception cref="ManifestException">It is no YAML, no UTF-8, or beyond the limits.</exception>
    public static IReadOnlyList<YamlValue> Parse(byte[] content, string source)
    {
        if (content.Length > MaxBytes)
            throw Wrong(source, new(1, 1), $"{content.Length} bytes, allowed: {MaxBytes}");
        try
        {
            string text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(content);
            return [.. new YamlTree(new Parser(new StringReader(text.TrimStart('\uFEFF')))).Documents()];
        }
        catch (DecoderFallbackException)
        {
            throw Wrong(source, new(1, 1), "is no UTF-8 text");
        }
        catch (YamlException e)
        {
            throw Wrong(source, TabOr(Where(e.Start), content), $"yaml: {LowerCase(e.Message.TrimEnd('.'))}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or OverflowException)
        {
            // The parser's own slips on garbage: for us they are garbage too.
            throw Wrong(source, new(1, 1), $"yaml: {LowerCase(e.Message)}");
        }
    }

    private List<YamlValue> Documents()
    {
        List<YamlValue> documents = [];
        _parser.Consume<StreamStart>();
        while (!_parser.Accept<StreamEnd>(out _))
        {
            _parser.Consume<DocumentStart>();
            _anchors.Clear();
            YamlValue root = Value(0);
            _parser.Consume<DocumentEnd>();
            if (root is not YamlScalar { IsNull: true })
                documents.Add(root);
        }
        return documents;
    }

    private YamlValue Value(int depth)
    {
        NodeEvent? node = _parser.Accept<NodeEvent>(out var next) ? next : null;
        if (depth > MaxDepth)
            throw new YamlException(node?.Start ?? Mark.Empty, node?.Start ?? Mark.Empty, $"nested more than {MaxDepth} deep");
        if (_parser.Accept<AnchorAlias>(out _))
            return Aliased(_parser.Consume<AnchorAlias>());
        Count(1, node);
        string? anchor = node is { Anchor.IsEmpty: false } ? node.Anchor.Value : null;
        if (anchor is not null)
            _open.Add(anchor);
        YamlValue value = _parser.Accept<Scalar>(out _) ? ToScalar(_parser.Consume<Scalar>())
            : _parser.Accept<SequenceStart>(out _) ? ToList(_parser.Consume<SequenceStart>(), depth)
            : ToMap(_parser.Consume<MappingStart>(), depth);
        if (anchor is not null)
        {
            _open.Remove(anchor);
            _anchors[anchor] = value;
        }
        return value;
    }

    private YamlValue Aliased(AnchorAlias alias)
    {
        if (_open.Contains(alias.Value.Value))
            throw new YamlException(alias.Start, alias.Start, $"anchor \"{alias.Value}\" contains itself");
        if (!_anchors.TryGetValue(alias.Value.Value, out YamlValue? value))
            throw new YamlException(alias.Start, alias.Start, $"unknown anchor \"{alias.Value}\"");
        Count(Size(value), alias);
        return value;
    }

    private void Count(int nodes, ParsingEvent? at)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
            throw new YamlException(at?.Start ?? Mark.Empty, at?.Start ?? Mark.Empty, $"more than {MaxNodes} values");
    }

    private static int Size(YamlValue value) => value switch
    {
        YamlList list => 1 + list.Items.Sum(Size),
        YamlMap map => 1 + map.Entries.Sum(e => Size(e.Value)),
        _ => 1,
    };

    // A tag says what a scalar is, quoted or not; any other tag than YAML's own would change what the reader of a cluster sees.
    private static YamlScalar ToScalar(Scalar scalar)
    {
        bool isPlain = scalar.Tag.IsEmpty ? scalar.Style == ScalarStyle.Plain : Tag(scalar, scalar.Tag) != "str";
        return new(scalar.Value, isPlain, Where(scalar.Start));
    }

    private static string Tag(NodeEvent node, TagName tag)
    {
        if (tag.IsEmpty)
            return "";
        string name = tag.Value is ['!'] ? "str" : tag.Value.StartsWith(TagPrefix, StringComparison.Ordinal) ? tag.Value[TagPrefix.Length..] : "";
        return name is "str" or "int" or "float" or "bool" or "null" or "map" or "seq"
            ? name
            : throw new YamlException(node.Start, node.Start, $"tag {tag.Value.Replace(TagPrefix, "!!")} is not supported");
    }

    private YamlList ToList(SequenceStart start, int depth)
    {
        Tag(start, start.Tag);
        List<YamlValue> items = [];
        while (!_parser.Accept<SequenceEnd>(out _))
            items.Add(Value(depth + 1));
        _parser.Consume<SequenceEnd>();
        return new(items, Where(start.Start));
    }

    private YamlMap ToMap(MappingStart start, int depth)
    {
        Tag(start, start.Tag);
        List<YamlEntry> entries = [];
        List<YamlEntry> merged = [];
        while (!_parser.Accept<MappingEnd>(out _))
        {
            YamlValue key = Value(depth + 1);
            YamlValue value = Value(depth + 1);
            if (key is not YamlScalar name)
                throw new YamlException(start.Start, start.Start, "a key must be text; {{ … }} of a template has to be filled in first");
            if (name is { Text: "<<", IsPlain: true })
                merged.AddRange(Merged(value, start));
            else
                entries.Add(new(name.Text, name.At, value));
        }
        _parser.Consume<MappingEnd>();
        // What the map says itself wins over what it merges.
        entries.AddRange(merged.DistinctBy(m => m.Key).Where(m => entries.TrueForAll(e => e.Key != m.Key)).ToArray());
        return new(entries, Where(start.Start));
    }

    private static IEnumerable<YamlEntry> Merged(YamlValue value, MappingStart at) => value switch
    {
        YamlMap map => map.Entries,
        YamlList list => list.Items.SelectMany(item => Merged(item, at)),
        _ => throw new YamlException(at.Start, at.Start, "<< must name a map or a list of maps"),
    };

    private static Position Where(Mark mark) => new((int)mark.Line, (int)mark.Column);

    /// <summary>The parser tells no place for a tab in the indentation, its most common complaint.</summary>
    private static Position TabOr(Position at, byte[] content)
    {
        string[] lines = at is (1, 1) ? Encoding.UTF8.GetString(content).Split('\n') : [];
        int line = Array.FindIndex(lines, text => text[..^text.TrimStart().Length].Contains('\t'));
        return line >= 0 ? new(line + 1, lines[line].IndexOf('\t') + 1) : at;
    }

    private static string LowerCase(string sentence) => sentence.Length > 0 ? char.ToLowerInvariant(sentence[0]) + sentence[1..] : sentence;

    private static ManifestException Wrong(string source, Position at, string message) =>
        new([new ManifestError("", message, ErrorReason.Invalid) { Source = source, Line = at.Line, Column = at.Column }]);
}
