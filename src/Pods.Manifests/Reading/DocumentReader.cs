using System.Globalization;
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
    private Utf8JsonWriter _writer = null!;

    public List<ManifestError> Errors { get; } = [];

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
                Add(here, entry.At, $"strict decoding error: duplicate field \"{here}\"", ErrorReason.Duplicate);
            else if (schema.Find(entry.Key) is { } field)
                WriteField(field, entry, here);
            else
                AddUnknown(schema, entry, here);
        }
        _writer.WriteEndObject();
    }

    private void AddUnknown(Schema schema, YamlEntry entry, string path)
    {
        string hint = schema.Suggest(entry.Key) is { } meant ? $", did you mean \"{meant}\"?" : "";
        Errors.Add(new ManifestError("", $"strict decoding error: unknown field \"{path}\"{hint}", ErrorReason.UnknownField)
        {
            Source = source, Line = entry.At.Line, Column = entry.At.Column,
        });
    }

    private void WriteField(Field field, YamlEntry entry, string path)
    {
        // null is "not set", as for the API server.
        if (entry.Value is YamlScalar { IsNull: true })
            return;
        if (field.Support == Support.NotYet)
        {
            Add(path, entry.At, "is not supported yet", ErrorReason.NotSupported);
            return;
        }
        if (field.Kind == FieldKind.Anything)
            return;
        _writer.WritePropertyName(field.Name);
        switch (field.Shape)
        {
            case FieldShape.List when entry.Value is YamlList list:
                WriteList(field, list, path);
                break;
            case FieldShape.Map when entry.Value is YamlMap map:
                WriteMap(field, map, path);
                break;
            case FieldShape.One:
                WriteValue(field, entry.Value, path);
                break;
            default:
                AddType(path, entry.Value, field.Shape == FieldShape.List ? "a list" : "a map");
                break;
        }
    }

    private void WriteList(Field field, YamlList list, string path)
    {
        _writer.WriteStartArray();
        for (int i = 0; i < list.Items.Count; i++)
        {
            string here = $"{path}[{i}]";
            _positions.TryAdd(here, list.Items[i].At);
            WriteValue(field, list.Items[i], here);
        }
        _writer.WriteEndArray();
    }

    private void WriteMap(Field field, YamlMap map, string path)
    {
        _writer.WriteStartObject();
        HashSet<string> seen = [];
        foreach (YamlEntry entry in map.Entries)
        {
            string here = $"{path}[{entry.Key}]";
            _positions.TryAdd(here, entry.At);
            if (!seen.Add(entry.Key))
            {
                Add(here, entry.At, $"strict decoding error: duplicate field \"{here}\"", ErrorReason.Duplicate);
                continue;
            }
            _writer.WritePropertyName(entry.Key);
            WriteValue(field, entry.Value, here);
        }
        _writer.WriteEndObject();
    }

    private void WriteValue(Field field, YamlValue value, string path)
    {
        if (field.Kind == FieldKind.Object)
        {
            if (value is YamlMap map)
                WriteObject(map, field.Type!, path);
            else
                AddType(path, value, "an object");
            return;
        }
        if (value is not YamlScalar scalar)
            AddType(path, value, Name(field.Kind));
        else if (!TryWriteScalar(field.Kind, scalar))
            AddType(path, value, Name(field.Kind));
    }

    private bool TryWriteScalar(FieldKind kind, YamlScalar scalar)
    {
        switch (kind)
        {
            case FieldKind.Text when !scalar.IsNull && !ScalarKinds.IsNumber(scalar) && ScalarKinds.ToBoolean(scalar) is null:
                _writer.WriteStringValue(scalar.Text);
                return true;
            case FieldKind.Boolean when ScalarKinds.ToBoolean(scalar) is { } flag:
                _writer.WriteBooleanValue(flag);
                return true;
            case FieldKind.Integer when ScalarKinds.ToInteger(scalar) is { } number:
                _writer.WriteNumberValue(number);
                return true;
            case FieldKind.Quantity when Quantity.TryParse(scalar.Text, out _):
                _writer.WriteStringValue(scalar.Text);
                return true;
            case FieldKind.Time when DateTimeOffset.TryParse(
                scalar.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time):
                _writer.WriteStringValue(time);
                return true;
            default:
                return false;
        }
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
        Add(path, value.At, $"Invalid value: {shown}: must be {wanted}{(wantsQuotes ? $": write \"{shown}\" in quotes" : "")}", ErrorReason.Invalid);
        // The document goes on: the writer needs a value in this place, and nobody will read it.
        _writer.WriteNullValue();
    }

    private void Add(string path, Position at, string message, ErrorReason reason) =>
        Errors.Add(new ManifestError(path, message, reason) { Source = source, Line = at.Line, Column = at.Column });

    private static string Name(FieldKind kind) => kind switch
    {
        FieldKind.Text => "a string",
        FieldKind.Boolean => "true or false",
        FieldKind.Integer => "a whole number",
        FieldKind.Quantity => "a quantity, such as 100m, 64Mi or 1.5",
        FieldKind.Time => "an RFC 3339 time",
        _ => "an object",
    };
}
