using System.Text;
using System.Text.Json;

namespace Pods.Cli.Output;

/// <summary>
/// The part of kubectl's JSONPath templates that scripts use: <c>{.a.b}</c>, <c>['key']</c>, <c>[0]</c>, <c>[-1]</c>, <c>[*]</c>,
/// <c>[?(@.name=="x")]</c>, <c>{"\n"}</c> and text around them. Anything else is refused.
/// </summary>
internal static class JsonPath
{
    public static string Render(string template, JsonElement root)
    {
        if (!template.Contains('{'))
            template = "{" + (template.StartsWith('.') || template.StartsWith('[') ? template : "." + template) + "}";
        StringBuilder result = new();
        for (int i = 0; i < template.Length;)
        {
            if (template[i] != '{')
            {
                result.Append(template[i++]);
                continue;
            }
            int end = template.IndexOf('}', i);
            if (end < 0)
                throw Wrong(template, "unclosed action");
            result.Append(Evaluate(template[(i + 1)..end].Trim(), root));
            i = end + 1;
        }
        return result.ToString();
    }

    /// <summary>Every value that a path leads to.</summary>
    public static IReadOnlyList<JsonElement> Select(string path, JsonElement root)
    {
        IEnumerable<JsonElement> found = [root];
        for (int i = path.StartsWith('$') ? 1 : 0; i < path.Length;)
        {
            if (path[i] == '.')
            {
                int end = path.IndexOfAny(['.', '['], i + 1) is var at && at < 0 ? path.Length : at;
                string key = path[(i + 1)..end];
                found = key switch { "" => found, "*" => found.SelectMany(Children), _ => found.SelectMany(e => Property(e, key)) };
                i = end;
            }
            else if (path[i] == '[')
            {
                int end = path.IndexOf(']', i);
                if (end < 0)
                    throw Wrong(path, "unclosed [");
                found = Subscript(path, path[(i + 1)..end], found);
                i = end + 1;
            }
            else
                throw Wrong(path, $"unexpected \"{path[i]}\"");
        }
        return [.. found];
    }

    private static string Evaluate(string action, JsonElement root) =>
        action.StartsWith('"')
            ? action.Trim('"').Replace("\\n", "\n").Replace("\\t", "\t")
            : string.Join(' ', Select(action, root).Select(Text));

    private static IEnumerable<JsonElement> Subscript(string path, string inside, IEnumerable<JsonElement> found)
    {
        if (inside == "*")
            return found.SelectMany(Children);
        if (inside.StartsWith('\'') || inside.StartsWith('"'))
            return found.SelectMany(e => Property(e, inside.Trim('\'', '"')));
        if (int.TryParse(inside, out int index))
            return found.SelectMany(e => Item(e, index));
        if (inside.StartsWith("?(@.") && inside.EndsWith(')') && inside.Split("==", 2) is [var left, var right])
        {
            string key = left[4..].Trim(), wanted = right[..^1].Trim().Trim('"', '\'');
            return found.SelectMany(Children).Where(e => Select("." + key, e).Any(v => Text(v) == wanted));
        }
        throw Wrong(path, $"unsupported subscript [{inside}]");
    }

    private static IEnumerable<JsonElement> Children(JsonElement e) => e.ValueKind switch
    {
        JsonValueKind.Array => e.EnumerateArray(),
        JsonValueKind.Object => e.EnumerateObject().Select(p => p.Value),
        _ => [],
    };

    private static IEnumerable<JsonElement> Property(JsonElement e, string key) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(key, out JsonElement value) ? [value] : [];

    private static IEnumerable<JsonElement> Item(JsonElement e, int index)
    {
        if (e.ValueKind != JsonValueKind.Array)
            return [];
        int at = index < 0 ? e.GetArrayLength() + index : index;
        return at >= 0 && at < e.GetArrayLength() ? [e[at]] : [];
    }

    private static string Text(JsonElement e) => e.ValueKind == JsonValueKind.String ? e.GetString()! : e.GetRawText();

    private static CliException Wrong(string path, string why) =>
        new($"error: error parsing jsonpath {path}, {why}", CliException.Usage);
}
