using System.Text;

namespace Pods.Manifests;

/// <summary>Where variables come from that the manifest does not spell out; what is missing is told in the kubelet's words.</summary>
internal static class EnvironmentSource
{
    /// <summary>All keys of the object, with the prefix; none for an optional object that is not there.</summary>
    public static IEnumerable<(string Name, string Value)> Every(EnvFromSource from, ObjectLookup objects)
    {
        SupportingKind kind = from.SecretRef is null ? SupportingKind.ConfigMap : SupportingKind.Secret;
        EnvFromReference reference = from.SecretRef ?? from.ConfigMapRef ?? new();
        SupportingObject? found = Find(kind, reference.Name, reference.Optional, objects);
        return (found?.Content() ?? new Dictionary<string, byte[]>()).Select(e => (from.Prefix + e.Key, Encoding.UTF8.GetString(e.Value)));
    }

    /// <summary>The value of one key; null where it is optional and not there: then the variable is not set at all.</summary>
    public static string? One(SupportingKind kind, KeySelector selector, Pod pod, ObjectLookup objects)
    {
        if (Find(kind, selector.Name, selector.Optional, objects) is not { } found)
            return null;
        if (found.Content().TryGetValue(selector.Key ?? "", out byte[]? value))
            return Encoding.UTF8.GetString(value);
        return selector.Optional == true ? null
            : throw new SpecException($"couldn't find key {selector.Key} in {kind.Kind} {pod.Metadata?.Namespace ?? "default"}/{selector.Name}");
    }

    /// <summary>The value of one variable of a file; null where it is optional and not there.</summary>
    public static string? OfFile(FileKeySelector selector, VolumeFileLookup files)
    {
        string file = $"file \"{selector.Path}\" of volume \"{selector.VolumeName}\"";
        if (files(selector.VolumeName ?? "", selector.Path ?? "") is not { } content)
            return selector.Optional == true ? null : throw new SpecException($"environment {file} not found");
        try
        {
            if (EnvironmentFile.Parse(content).TryGetValue(selector.Key ?? "", out string? value))
                return value;
        }
        catch (FormatException e)
        {
            throw new SpecException($"environment {file}: {e.Message}");
        }
        return selector.Optional == true ? null : throw new SpecException($"environment variable key \"{selector.Key}\" not found in {file}");
    }

    /// <summary>Without a limit of its own a container can use what the node has.</summary>
    public static string Resource(ResourceFieldSelector selector, Pod pod, Container container, NodeFacts node)
    {
        Container of = string.IsNullOrEmpty(selector.ContainerName) ? container
            : (pod.Spec?.Containers ?? []).Concat(pod.Spec?.InitContainers ?? []).FirstOrDefault(c => c.Name == selector.ContainerName)
                ?? throw new SpecException($"container {selector.ContainerName} not found");
        long amount = selector.Resource switch
        {
            "limits.cpu" => of.LimitedCpu() is > 0 and var cpu ? cpu : node.Cpus * 1000L,
            "limits.memory" => (of.LimitedMemory() is > 0 and var bytes ? bytes : node.MemoryBytes) * 1000,
            "limits.ephemeral-storage" => (Storage(of) is > 0 and var disk ? disk : node.StorageBytes) * 1000,
            "requests.cpu" => of.RequestedCpu(),
            "requests.ephemeral-storage" => of.Requested("ephemeral-storage") * 1000,
            _ => of.Requested("memory") * 1000,
        };
        long divisor = selector.Divisor is { MilliValue: > 0 } given ? given.MilliValue : 1000;
        return ((amount + divisor - 1) / divisor).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static long Storage(Container of) => (of.Resources?.Limits?.GetValueOrDefault("ephemeral-storage") ?? default).Value;

    private static SupportingObject? Find(SupportingKind kind, string? name, bool? optional, ObjectLookup objects) =>
        objects(kind, name ?? "") ?? (optional == true ? null : throw new SpecException($"{kind.Singular} \"{name}\" not found"));
}
