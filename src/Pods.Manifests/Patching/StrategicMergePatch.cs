using System.Text.Json.Nodes;

namespace Pods.Manifests;

/// <summary>
/// Kubernetes' merge patch for objects whose lists are maps at heart: containers are merged by name, ports by number.
/// Its directives ($patch, $retainKeys, $setElementOrder, $deleteFromPrimitiveList) are what <c>kubectl apply</c> and <c>edit</c> send.
/// </summary>
public static class StrategicMergePatch
{
    private const string Directive = "$patch", RetainKeys = "$retainKeys";
    private const string Order = "$setElementOrder/", DeletePrimitives = "$deleteFromPrimitiveList/";

    // The patchMergeKey of the core/v1 types; a list that is not here is replaced whole.
    private static readonly Dictionary<string, string> _mergeKeys = new()
    {
        ["containers"] = "name",
        ["initContainers"] = "name",
        ["ephemeralContainers"] = "name",
        ["volumes"] = "name",
        ["env"] = "name",
        ["imagePullSecrets"] = "name",
        ["resourceClaims"] = "name",
        ["ports"] = "containerPort",
        ["volumeMounts"] = "mountPath",
        ["volumeDevices"] = "devicePath",
        ["hostAliases"] = "ip",
        ["podIPs"] = "ip",
        ["hostIPs"] = "ip",
        ["topologySpreadConstraints"] = "topologyKey",
        ["conditions"] = "type",
        ["ownerReferences"] = "uid",
    };

    /// <param name="target">Changed.</param>
    /// <param name="patch">Left as it is.</param>
    /// <exception cref="FormatException">A directive that does not exist, or a list element without its key.</exception>
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        switch (patch[Directive]?.GetValue<string>())
        {
            case null or "merge":
                break;
            case "replace":
                return Apply([], Without(patch, Directive));
            case "delete":
                return [];
            case { } unknown:
                throw new FormatException($"$patch: \"{unknown}\": must be merge, replace or delete");
        }
        if (patch[RetainKeys] is JsonArray retained)
            Retain(target, retained);
        foreach ((string key, JsonNode? value) in patch)
            if (key is not (Directive or RetainKeys) && !key.StartsWith(Order, StringComparison.Ordinal))
                ApplyField(target, key, value);
        foreach ((string key, JsonNode? value) in patch)
            if (key.StartsWith(Order, StringComparison.Ordinal) && value is JsonArray order && target[key[Order.Length..]] is JsonArray list)
                Sort(list, order, _mergeKeys.GetValueOrDefault(key[Order.Length..]));
        return target;
    }

    private static void ApplyField(JsonObject target, string key, JsonNode? value)
    {
        if (key.StartsWith(DeletePrimitives, StringComparison.Ordinal))
        {
            if (value is JsonArray gone && target[key[DeletePrimitives.Length..]] is JsonArray list)
                RemoveWhere(list, item => gone.Any(g => JsonNode.DeepEquals(g, item)));
            return;
        }
        JsonNode? result = value switch
        {
            null => null,
            JsonObject changes => Apply(target[key] as JsonObject ?? [], changes),
            JsonArray changes when _mergeKeys.TryGetValue(key, out string? mergeKey) => Merge(target[key] as JsonArray ?? [], changes, key, mergeKey),
            _ => value.DeepClone(),
        };
        if (result is null)
            target.Remove(key);
        else
            MergePatch.Set(target, key, result);
    }

    private static JsonArray Merge(JsonArray list, JsonArray changes, string field, string mergeKey)
    {
        if (changes.Any(c => c is JsonObject { Count: 1 } only && only[Directive]?.GetValue<string>() == "replace"))
            list.Clear();
        foreach (JsonNode? change in changes)
        {
            if (change is not JsonObject element)
                throw new FormatException($"{field}: an element is no object");
            if (element[mergeKey] is not { } key)
            {
                if (element is { Count: 1 } && element.ContainsKey(Directive))
                    continue;
                throw new FormatException($"{field}: an element has no {mergeKey}, by which it would be found");
            }
            JsonObject? existing = list.OfType<JsonObject>().FirstOrDefault(item => JsonNode.DeepEquals(item[mergeKey], key));
            if (element[Directive]?.GetValue<string>() == "delete")
                RemoveWhere(list, item => ReferenceEquals(item, existing));
            else if (existing is null)
                list.Add((JsonNode)Apply([], element));
            else if (Apply(existing, element) is var merged && !ReferenceEquals(merged, existing))
                list[list.IndexOf(existing)] = merged;
        }
        return list;
    }

    /// <summary>What the order names comes first, as it says; the rest follows as it was.</summary>
    private static void Sort(JsonArray list, JsonArray order, string? mergeKey)
    {
        JsonNode?[] wanted = [.. order.Select(o => mergeKey is not null && o is JsonObject named ? named[mergeKey] : o)];
        JsonNode?[] items = [.. list];
        list.Clear();
        foreach (JsonNode? item in items.OrderBy(Position))
            list.Add(item);

        int Position(JsonNode? item)
        {
            JsonNode? key = mergeKey is not null ? (item as JsonObject)?[mergeKey] : item;
            int index = Array.FindIndex(wanted, w => JsonNode.DeepEquals(w, key));
            return index < 0 ? int.MaxValue : index;
        }
    }

    private static void Retain(JsonObject target, JsonArray retained)
    {
        string[] keys = [.. retained.Select(k => k?.GetValue<string>() ?? "")];
        foreach (string key in target.Select(field => field.Key).Except(keys).ToArray())
            target.Remove(key);
    }

    private static void RemoveWhere(JsonArray list, Func<JsonNode?, bool> isGone)
    {
        for (int i = list.Count - 1; i >= 0; i--)
            if (isGone(list[i]))
                list.RemoveAt(i);
    }

    private static JsonObject Without(JsonObject patch, string key)
    {
        JsonObject copy = patch.DeepClone().AsObject();
        copy.Remove(key);
        return copy;
    }
}
