using System.Text;

namespace Pods.Manifests;

/// <summary>The files of a configMap, secret, downwardAPI or projected volume. Pure; what is missing is told in the kubelet's words.</summary>
public static class VolumeContent
{
    /// <param name="pod">With defaults applied.</param>
    /// <exception cref="SpecException">Something that is not optional is missing.</exception>
    public static IReadOnlyList<VolumeFile> Of(Pod pod, Volume volume, NodeFacts node, ObjectLookup objects)
    {
        Dictionary<string, VolumeFile> files = new(StringComparer.Ordinal);
        int mode = (volume.ConfigMap?.DefaultMode ?? volume.Secret?.DefaultMode
            ?? volume.DownwardAPI?.DefaultMode ?? volume.Projected?.DefaultMode)!.Value;
        IEnumerable<VolumeProjection> sources = volume switch
        {
            { ConfigMap: { } map } => [new() { ConfigMap = map }],
            { Secret: { } secret } => [new() { Secret = new() { Name = secret.SecretName, Items = secret.Items, Optional = secret.Optional } }],
            { DownwardAPI: { } downward } => [new() { DownwardAPI = downward }],
            _ => volume.Projected?.Sources ?? [],
        };
        // Of two sources with one path the later wins, as with the kubelet.
        foreach (VolumeFile file in sources.SelectMany(source => Files(pod, source, mode, node, objects)))
            files[file.Path] = file;
        return [.. files.Values];
    }

    private static IEnumerable<VolumeFile> Files(Pod pod, VolumeProjection source, int mode, NodeFacts node, ObjectLookup objects) => source switch
    {
        { ConfigMap: { } map } => OfObject(SupportingKind.ConfigMap, map, mode, objects),
        { Secret: { } secret } => OfObject(SupportingKind.Secret, secret, mode, objects),
        _ => (source.DownwardAPI?.Items ?? []).Select(item =>
            new VolumeFile(Clean(item.Path!), Encoding.UTF8.GetBytes(Value(pod, item, node)), item.Mode ?? mode)),
    };

    private static IEnumerable<VolumeFile> OfObject(SupportingKind kind, ObjectVolumeSource source, int mode, ObjectLookup objects)
    {
        if (objects(kind, source.Name!) is not { } found)
            return source.Optional == true ? [] : throw new SpecException($"{kind.Singular} \"{source.Name}\" not found");
        IReadOnlyDictionary<string, byte[]> content = found.Content();
        if (source.Items is not { Count: > 0 } items)
            return content.Select(entry => new VolumeFile(entry.Key, entry.Value, mode));
        List<VolumeFile> files = [];
        foreach (KeyToPath item in items)
            if (content.TryGetValue(item.Key!, out byte[]? bytes))
                files.Add(new(Clean(item.Path!), bytes, item.Mode ?? mode));
            else if (source.Optional != true)
                throw new SpecException($"{kind.Singular} \"{source.Name}\" references non-existent {(kind == SupportingKind.Secret ? "secret" : "config")} key: {item.Key}");
        return files;
    }

    private static string Value(Pod pod, DownwardFile item, NodeFacts node) => item.FieldRef is { } field
        ? FieldReference.FileValue(field.FieldPath!, pod)
        : EnvironmentSource.Resource(item.ResourceFieldRef!, pod, new(), node);

    // "a//b/./c" is a/b/c: the first part of a path is a link of the volume's own, the rest is below what it leads to.
    private static string Clean(string path) => Path.GetFullPath(path, "/")[1..];
}
