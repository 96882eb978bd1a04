using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pods.Shim;

/// <summary>
/// Steps through a JSON document without building it: the serializer would cost the shim more memory than all
/// the documents that it reads.
/// </summary>
internal static class Json
{
    /// <summary>Reads the next token if it opens an object; otherwise the reader stands on the value, to be skipped.</summary>
    public static bool EnterObject(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.StartObject;

    public static bool EnterArray(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.StartArray;

    /// <summary>False at the end of the object.</summary>
    public static bool NextProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Passes over a property's value, whether or not the reader has stepped onto it.</summary>
    public static void SkipValue(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.PropertyName)
            reader.Read();
        reader.Skip();
    }

    /// <summary>The string that the reader stands on; empty for any other value.</summary>
    public static string Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString() ?? "";
        reader.Skip();
        return "";
    }

    /// <summary>A text as a JSON string. By hand: the framework's encoder, once used, keeps 18 kB of tables.</summary>
    public static string Quote(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (char c in text)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c < ' ')
                quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>The members of an object of strings: annotations, say. The reader stands before its value.</summary>
    public static Dictionary<string, string> Strings(ref Utf8JsonReader reader)
    {
        Dictionary<string, string> members = [];
        if (!EnterObject(ref reader))
        {
            reader.Skip();
            return members;
        }
        while (NextProperty(ref reader))
        {
            string name = reader.GetString()!;
            reader.Read();
            members[name] = Text(ref reader);
        }
        return members;
    }
}
