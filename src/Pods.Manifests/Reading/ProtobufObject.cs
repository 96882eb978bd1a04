using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Pods.Manifests;

/// <summary>
/// An object in the form that Go clients send by default (<c>kubectl create configmap</c>, say): Kubernetes' envelope and a protobuf
/// message. It is made into JSON, which is then read like any other.
/// </summary>
public static class ProtobufObject
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    private const int Varint = 0, Bytes = 2;
    private const int MostDepth = 32;
    private static readonly byte[] _magic = "k8s\0"u8.ToArray();

    /// <exception cref="InvalidDataException">It is none, or has what no version of the API is known to have.</exception>
    public static byte[] ToJson(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(_magic))
            throw new InvalidDataException("it does not begin with \"k8s\" and a zero");
        string apiVersion = "", kind = "", contentType = "";
        ReadOnlySpan<byte> raw = [], rest = body[_magic.Length..];
        while (Next(ref rest, out int number, out int _, out ulong _, out ReadOnlySpan<byte> bytes))
            switch (number)
            {
                case 1:
                    (apiVersion, kind) = TypeOf(bytes);
                    break;
                case 2:
                    raw = bytes;
                    break;
                case 4:
                    contentType = Text(bytes);
                    break;
                default:
                    break;   // how it is encoded: not at all, in every version there is
            }
        if (contentType == "application/json")
            return raw.ToArray();
        JsonObject message = Message(kind, raw, MostDepth);
        message["apiVersion"] = apiVersion;
        message["kind"] = kind;
        return Encoding.UTF8.GetBytes(message.ToJsonString());
    }

    private static (string ApiVersion, string Kind) TypeOf(ReadOnlySpan<byte> rest)
    {
        string apiVersion = "", kind = "";
        while (Next(ref rest, out int number, out int _, out ulong _, out ReadOnlySpan<byte> text))
            (apiVersion, kind) = number == 1 ? (Text(text), kind) : (apiVersion, Text(text));
        return (apiVersion, kind);
    }

    private static JsonObject Message(string type, ReadOnlySpan<byte> rest, int depth)
    {
        IReadOnlyDictionary<int, ProtobufField> fields = ProtobufFields.Of(type) ?? throw new InvalidDataException($"no such kind: {type}");
        if (depth == 0)
            throw new InvalidDataException($"{type}: nested too deeply");
        JsonObject message = [];
        while (Next(ref rest, out int number, out int wire, out ulong varint, out ReadOnlySpan<byte> bytes))
        {
            if (!fields.TryGetValue(number, out ProtobufField? field))
                throw new InvalidDataException($"{type}: unknown field number {number}");
            if (field.Type == "-")
                continue;
            if (field.Shape != '%' && wire != (field.Type is "int" or "bool" ? Varint : Bytes))
                throw new InvalidDataException($"{type}: field {field.Name} is of another type");
            Set(message, field, field.Shape == '%' ? null : Value(field.Type, varint, bytes, depth), bytes, depth);
        }
        return message;
    }

    private static void Set(JsonObject message, ProtobufField field, JsonNode? value, ReadOnlySpan<byte> bytes, int depth)
    {
        if (field.Name.Length == 0)
            foreach (var (name, part) in value!.AsObject().ToArray())
            {
                value.AsObject().Remove(name);
                message[name] = part;
            }
        else if (field.Shape == '%')
            AddEntry(Part(message, field.Name, () => new JsonObject()), field.Type, bytes, depth);
        else if (field.Shape == '*')
            Part(message, field.Name, () => new JsonArray()).Add(value);
        else if (value is not null && (field.IsOptional || !IsZero(value)))
            message[field.Name] = value;
    }

    private static void AddEntry(JsonObject map, string type, ReadOnlySpan<byte> entry, int depth)
    {
        string key = "";
        JsonNode? value = Value(type, 0, [], depth);
        while (Next(ref entry, out int number, out int _, out ulong varint, out ReadOnlySpan<byte> bytes))
            if (number == 1)
                key = Text(bytes);
            else
                value = Value(type, varint, bytes, depth);
        map[key] = value;
    }

    private static T Part<T>(JsonObject message, string name, Func<T> make) where T : JsonNode
    {
        if (message[name] is T part)
            return part;
        T fresh = make();
        message[name] = fresh;
        return fresh;
    }

    private static JsonNode? Value(string type, ulong varint, ReadOnlySpan<byte> bytes, int depth)
    {
        switch (type)
        {
            case "string":
                return JsonValue.Create(Text(bytes));
            case "int":
                return JsonValue.Create((long)varint);
            case "bool":
                return JsonValue.Create(varint != 0);
            case "bytes":
                return JsonValue.Create(Convert.ToBase64String(bytes));
            case "!":
                return new JsonObject();
            case "quantity" or "time" or "intOrString":
                return Scalar(type, bytes);
            default:
                return Message(type, bytes, depth - 1);
        }
    }

    /// <summary>What is a message here and one word in JSON; null: a time that is not set.</summary>
    private static JsonValue? Scalar(string type, ReadOnlySpan<byte> rest)
    {
        long first = 0, second = 0;
        string text = "";
        while (Next(ref rest, out int number, out int wire, out ulong varint, out ReadOnlySpan<byte> bytes))
            if (wire == Bytes)
                text = Text(bytes);
            else
                (first, second) = number == 1 ? ((long)varint, second) : (first, (long)varint);
        return type switch
        {
            "quantity" => JsonValue.Create(text),
            "intOrString" => first == 0 ? JsonValue.Create(second) : JsonValue.Create(text),
            _ when first == 0 => null,
            _ => JsonValue.Create(Time(first)),
        };
    }

    private static string Time(long seconds) => seconds is > 0 and < 253402300800   // the year 10000
        ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : throw new InvalidDataException($"no time: {seconds}");

    private static bool IsZero(JsonNode value) => value switch
    {
        JsonObject message => message.Count == 0,
        JsonValue scalar => (scalar.TryGetValue(out string? text) && text.Length == 0) || (scalar.TryGetValue(out long number) && number == 0)
            || (scalar.TryGetValue(out bool isTrue) && !isTrue),
        _ => false,
    };

    /// <summary>The next field; false at the end.</summary>
    private static bool Next(scoped ref ReadOnlySpan<byte> rest, out int number, out int wire, out ulong varint, out ReadOnlySpan<byte> bytes)
    {
        (number, wire, varint) = (0, 0, 0);
        bytes = [];
        if (rest.IsEmpty)
            return false;
        ulong tag = ReadVarint(ref rest);
        (number, wire) = ((int)Math.Min(tag >> 3, int.MaxValue), (int)(tag & 7));
        if (wire is not (Varint or Bytes))
            throw new InvalidDataException($"no field of this API is of wire type {wire}");
        varint = ReadVarint(ref rest);
        if (wire == Varint)
            return true;
        if (varint > (ulong)rest.Length)
            throw new InvalidDataException("it ends in the middle of a field");
        bytes = rest[..(int)varint];
        rest = rest[(int)varint..];
        return true;
    }

    private static ulong ReadVarint(scoped ref ReadOnlySpan<byte> rest)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (rest.IsEmpty)
                throw new InvalidDataException("it ends in the middle of a number");
            byte next = rest[0];
            rest = rest[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
        throw new InvalidDataException("a number is longer than 64 bits");
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
