using Pods.Manifests;

namespace Pods.Node;

/// <summary>Label and field selectors of list and watch requests, in Kubernetes' grammar.</summary>
public static class PodSelectors
{
    /// <exception cref="NodeException">400: it cannot be parsed, or names a field that cannot be selected by.</exception>
    public static Func<Pod, bool> Parse(string? labels, string? fields)
    {
        Func<Pod, bool>[] all = [.. SplitTerms(labels).Select(Label), Fields<Pod>(fields, Field)];
        return pod => Array.TrueForAll(all, matches => matches(pod));
    }

    /// <param name="fields">What a request says.</param>
    /// <param name="find">How a field of that name is read; null: there is none to select by.</param>
    /// <exception cref="NodeException">As <see cref="Parse"/>.</exception>
    public static Func<T, bool> Fields<T>(string? fields, Func<string, Func<T, string?>?> find)
    {
        Func<T, bool>[] all =
        [
            .. SplitTerms(fields).Select<string, Func<T, bool>>(term =>
            {
                var (key, isEqual, value) = Equality(term);
                Func<T, string?> read = find(key) ?? throw NodeException.BadRequest($"field label not supported: {key}");
                return found => (read(found) ?? "") == value == isEqual;
            }),
        ];
        return found => Array.TrueForAll(all, matches => matches(found));
    }

    private static Func<Pod, string?>? Field(string key) => key switch
    {
        "metadata.name" => pod => pod.Metadata?.Name,
        "metadata.namespace" => pod => pod.Metadata?.Namespace,
        "metadata.uid" => pod => pod.Metadata?.Uid,
        "status.phase" => pod => pod.Status?.Phase,
        "status.podIP" => pod => pod.Status?.PodIP,
        "spec.nodeName" => pod => pod.Spec?.NodeName,
        "spec.restartPolicy" => pod => pod.Spec?.RestartPolicy,
        _ => null,
    };

    private static Func<Pod, bool> Label(string term)
    {
        string[] words = term.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words is [var key, "in" or "notin", var set] && set.StartsWith('(') && set.EndsWith(')'))
        {
            string[] values = set[1..^1].Split(',', StringSplitOptions.TrimEntries);
            bool isIn = words[1] == "in";
            return pod => Value(pod, key) is { } found ? values.Contains(found) == isIn : !isIn;
        }
        if (words.Length == 1 && !term.Contains('='))
        {
            bool wantsAbsent = term.StartsWith('!');
            string name = term.TrimStart('!');
            return pod => Value(pod, name) is null == wantsAbsent;
        }
        var (label, isEqual, value) = Equality(term);
        return pod => Value(pod, label) == value == isEqual;
    }

    private static string? Value(Pod pod, string label) => pod.Metadata?.Labels?.GetValueOrDefault(label);

    private static (string Key, bool IsEqual, string Value) Equality(string term)
    {
        foreach (string sign in new[] { "!=", "==", "=" })
            if (term.Split(sign, 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } key, var value])
                return (key, sign != "!=", value);
        throw NodeException.BadRequest($"unable to parse requirement: \"{term}\"");
    }

    /// <summary>Commas separate terms, but not inside parentheses.</summary>
    private static IEnumerable<string> SplitTerms(string? text)
    {
        int depth = 0, from = 0;
        for (int i = 0; i <= text?.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                if (text[from..i].Trim() is { Length: > 0 } term)
                    yield return term;
                from = i + 1;
            }
            else
                depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
        }
    }
}
