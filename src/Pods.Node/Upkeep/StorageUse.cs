using Pods.Manifests;

namespace Pods.Node;

/// <summary>What a pod has written to the node's disk, in bytes.</summary>
/// <param name="Volumes">Its emptyDirs on disk, by name.</param>
/// <param name="Containers">The writable layer and the logs of each container, by name.</param>
internal sealed record StorageUse(IReadOnlyDictionary<string, long> Volumes, IReadOnlyDictionary<string, long> Containers)
{
    private const string Resource = "ephemeral-storage";

    /// <summary>Whether anything of it is limited: what is not is never measured.</summary>
    public static bool IsLimited(PodSpec spec) => DiskVolumes(spec).Any(v => v.EmptyDir!.SizeLimit is not null) || TotalLimit(spec) is not null;

    public static IEnumerable<Volume> DiskVolumes(PodSpec spec) =>
        (spec.Volumes ?? []).Where(v => v.EmptyDir is not null && v.EmptyDir.Medium != "Memory");

    /// <summary>Of those containers that have a limit, as the kubelet adds them up; null: none has.</summary>
    public static Quantity? TotalLimit(PodSpec spec)
    {
        Quantity[] limits = [.. Limits(spec).Select(l => l.Limit)];
        return limits.Length > 0 ? limits.Aggregate((sum, next) => sum + next) : null;
    }

    /// <summary>The first limit that is exceeded, in the kubelet's order and words; null: none is.</summary>
    public string? Excess(PodSpec spec)
    {
        foreach (Volume volume in DiskVolumes(spec))
            if (volume.EmptyDir!.SizeLimit is { } most && Volumes.GetValueOrDefault(volume.Name!) > most.Value)
                return $"Usage of EmptyDir volume \"{volume.Name}\" exceeds the limit \"{most}\". ";
        if (TotalLimit(spec) is { } total && Volumes.Values.Sum() + Containers.Values.Sum() > total.Value)
            return $"Pod ephemeral local storage usage exceeds the total limit of containers {total}. ";
        foreach (var (name, limit) in Limits(spec))
            if (Containers.GetValueOrDefault(name) > limit.Value)
                return $"Container {name} exceeded its local ephemeral storage limit \"{limit}\". ";
        return null;
    }

    private static IEnumerable<(string Name, Quantity Limit)> Limits(PodSpec spec) => (spec.Containers ?? [])
        .Where(c => c.Resources?.Limits?.ContainsKey(Resource) == true).Select(c => (c.Name!, c.Resources!.Limits![Resource]));
}
