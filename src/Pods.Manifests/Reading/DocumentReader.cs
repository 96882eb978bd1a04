using System.Text.Json;

namespace Pods.Manifests.Reading;

/// <summary>
/// Holds a node tree against the schema and writes it as JSON that fits the object model. It goes on after a mistake, so that
/// all of them are told at once, and remembers where each field stands.
/// </summary>
internal sealed class DocumentReader(string source)
{
    private readonly MemoryStream _json = new();
    private readonly Dictionary<string, Position> _positions = [];
    private readonly HashSet<string> _refused = [];
    private Utf8JsonWriter _writer = null!;

    public List<ManifestError> Errors { get; } = [];

    /// <summary>Every field that Kubernetes knows and that has a value, in the order of the file.</summary>
    public List<FieldUse> Fields { get; } = [];

    public byte[] Read(YamlMap document, Schema schema)
    {
        using (_writer = new Utf8JsonWriter(_json))
            WriteObject(document, schema, "");
        return _json.ToArray();
    }

    /// <summary>Gives an error of a later check the place of its field, or of the nearest field above that is there.</summary>
    public ManifestError Place(ManifestError error)
    {
        for (string path = error.Path; ; path = Parent(path))
            if (_positions.TryGetValue(path, out Position at))
                return error with { Source = source, Line = at.Line, Column = at.Column };
            else if (path.Length == 0)
                return error with { Source = source };
    }

    private static string Parent(string path) => path.LastIndexOfAny(['.', '[']) is var cut and >= 0 ? path[..cut] : "";

    /// <summary>Whether the field was refused already, or one that it lies in: what is missing in it is no second mistake.</summary>
    public bool IsRefused(string path)
    {
        for (; path.Length > 0; path = Parent(path))
            if (_refused.Contains(path))
                return true;
        return false;
    }

    private void WriteObject(YamlMap map, Schema schema, string path)
    {
        _positions.TryAdd(path, map.At);
        _writer.WriteStartObject();
        HashSet<string> seen = [];
        foreach (YamlEntry entry in map.Entries)
        {
            string here = path.Length == 0 ? entry.Key : $"{path}.{entry.Key}";
            _positions.TryAdd(here, entry.At);
            if (!seen.Add(entry.Key))
                AddStrict("duplicate", here, entry.At, ErrorReason.Duplicate);
            else if (schema.Find(entry.Key) is not { } field)
                AddUnknown(schema, entry, path, here);
            else
                WriteField(field, entry, here);
            if (schema.IsChoice && _refused.Contains(here))
                _refused.Add(path);
        }
        _writer.WriteEndObject();
    }

    private void WriteField(Field field, YamlEntry entry, string path)
    {
        // null is "not set", as for the API server.
        if (entry.Value is YamlScalar { IsNull: true })
            return;
        Fields.Add(new(path, source, entry.At.Line, entry.At.Column, field.Support, field.Note));
        if (field.Support == Support.Refused)
        {
            Add(path, entry.At, field.Refusal, ErrorReason.NotSupported);
            return;
        }
        if (field.Kind == FieldKind.Anything)
            return;
        switch (field.Shape)
        {
            case FieldShape.List when entry.Value is YamlList list:
                WriteList(field, list, path);
                break;
            case FieldShape.Map when entry.Value is YamlMap map:
                WriteMap(field, map, path);
                break;
            case FieldShape.One:
                TryWriteValue(field.Name, field, entry.Value, path);
                break;
            default:
                AddType(path, entry.Value, field.Shape == FieldShape.List ? "a list" : "a map");
                break;
        }
    }

    private void WriteList(Field field, YamlList list, string path)
    {
        _writer.WriteStartArray(field.Name);
        for (int i = 0; i < list.Items.Count; i++)
        {
            string here = $"{path}[{i}]";
            _positions.TryAdd(here, list.Items[i].At);
            if (!TryWriteValue(name: null, field, list.Items[i], here))
                WriteNothing(field.Kind);
        }
        _writer.WriteEndArray();
    }

    private void WriteMap(Field field, YamlMap map, string path)
    {
        _writer.WriteStartObject(field.Name);
        HashSet<string> seen = [];
        foreach (YamlEntry entry in map.Entries)
        {
            string here = $"{path}[{entry.Key}]";
            _positions.TryAdd(here, entry.At);
            if (seen.Add(entry.Key))
                TryWriteValue(entry.Key, field, entry.Value, here);
            else
                AddStrict("duplicate", here, entry.At, ErrorReason.Duplicate);
        }
        _writer.WriteEndObject();
    }

    /// <summary>Writes the value, and before it its name where it is no item of a list; or notes that it has the wrong type.</summary>
    private bool TryWriteValue(string? name, Field field, YamlValue value, string path)
    {
        switch (value)
        {
            case YamlMap map when field.Kind == FieldKind.Object:
                if (name is not null)
                    _writer.WritePropertyName(name);
                WriteObject(map, field.Type!, path);
                return true;
            case YamlScalar scalar when ScalarJson.Of(field.Kind, scalar) is { } json:
                if (name is not null)
                    _writer.WritePropertyName(name);
                _writer.WriteRawValue(json);
                return true;
            default:
                AddType(path, value, Name(field.Kind));
                return false;
        }
    }

    // An item keeps the place of a refused one, so that the indexes behind it stay those of the file.
    private void WriteNothing(FieldKind kind) => _writer.WriteRawValue(kind switch
    {
        FieldKind.Object => "{}",
        FieldKind.Integer or FieldKind.Integer32 or FieldKind.IntegerOrText => "0",
        _ => "\"\"",
    });

    private void AddUnknown(Schema schema, YamlEntry entry, string parent, string path)
    {
        string? meant = schema.Suggest(entry.Key);
        AddStrict("unknown", path, entry.At, ErrorReason.UnknownField, meant is null ? "" : $", did you mean \"{meant}\"?");
        if (meant is not null)
            _refused.Add(parent.Length == 0 ? meant : $"{parent}.{meant}");
    }

    private void AddStrict(string what, string path, Position at, ErrorReason reason, string hint = "")
    {
        _refused.Add(path);
        Errors.Add(new("", $"strict decoding error: {what} field \"{path}\"{hint}", reason)
        {
            Source = source, Line = at.Line, Column = at.Column,
        });
    }

    private void AddType(string path, YamlValue value, string wanted)
    {
        string shown = value switch
        {
            YamlScalar { IsPlain: true } scalar => scalar.Text,
            YamlScalar scalar => $"\"{scalar.Text}\"",
            YamlList => "a list",
            _ => "an object",
        };
        bool wantsQuotes = wanted == Name(FieldKind.Text) && value is YamlScalar { IsPlain: true, IsNull: false };
        string advice = wantsQuotes ? $": write \"{shown}\" in quotes" : "";
        Add(path, value.At, $"Invalid value: {shown}: must be {wanted}{advice}", ErrorReason.Invalid);
    }

    private void Add(string path, Position at, string message, ErrorReason reason)
    {
        _refused.Add(path);
        Errors.Add(new(path, message, reason) { Source = source, Line = at.Line, Column = at.Column });
    }

    private static string Name(FieldKind kind) => kind switch
    {
        FieldKind.Text => "a string",
        FieldKind.Boolean => "true or false",
        FieldKind.Integer => "a whole number",
        FieldKind.Integer32 => "a whole number of at most 32 bits",
        FieldKind.IntegerOrText => "a whole number or a name",
        FieldKind.Quantity => "a quantity, such as 100m, 64Mi or 1.5",
        FieldKind.Time => "an RFC 3339 time",
        _ => "an object",
    };
}
