namespace Pods.Manifests.Validation;

/// <summary>Rules for volumes whose files podsd writes: configMap, secret, downwardAPI, and projected of these.</summary>
internal static class WrittenVolumeValidation
{
    private const int MaxMode = 0b111_111_111;

    public static void Check(string path, Volume volume, Findings found)
    {
        if (volume.ConfigMap is { } map)
        {
            CheckMode(path + ".configMap.defaultMode", map.DefaultMode, found);
            CheckObject(path + ".configMap", map, [], found);
        }
        if (volume.Secret is { } secret)
        {
            found.RequiredName(path + ".secret.secretName", secret.SecretName, Names.DnsSubdomain);
            CheckMode(path + ".secret.defaultMode", secret.DefaultMode, found);
            CheckItems(path + ".secret.items", secret.Items, [], found);
        }
        if (volume.DownwardAPI is { } downward)
        {
            CheckMode(path + ".downwardAPI.defaultMode", downward.DefaultMode, found);
            CheckDownward(path + ".downwardAPI", downward, [], found);
        }
        if (volume.Projected is { } projected)
            CheckProjected(path + ".projected", projected, found);
    }

    private static void CheckProjected(string path, ProjectedVolumeSource projected, Findings found)
    {
        CheckMode(path + ".defaultMode", projected.DefaultMode, found);
        HashSet<string> files = [];
        for (int i = 0; i < (projected.Sources?.Count ?? 0); i++)
        {
            VolumeProjection source = projected.Sources![i];
            string here = $"{path}.sources[{i}]";
            int count = new object?[] { source.ConfigMap, source.Secret, source.DownwardAPI }.Count(s => s is not null);
            if (count == 0)
                found.Add(ManifestError.Required(here, "must specify one of: `configMap`, `secret` or `downwardAPI`"));
            if (count > 1)
                found.Add(ManifestError.Forbidden(here, "may not specify more than 1 volume type"));
            if (source.ConfigMap is { } map)
                CheckObject(here + ".configMap", map, files, found);
            if (source.Secret is { } secret)
                CheckObject(here + ".secret", secret, files, found);
            if (source.DownwardAPI is { } downward)
                CheckDownward(here + ".downwardAPI", downward, files, found);
        }
    }

    private static void CheckObject(string path, ObjectVolumeSource source, HashSet<string> files, Findings found)
    {
        found.RequiredName(path + ".name", source.Name, Names.DnsSubdomain);
        CheckItems(path + ".items", source.Items, files, found);
    }

    private static void CheckItems(string path, IReadOnlyList<KeyToPath>? items, HashSet<string> files, Findings found)
    {
        for (int i = 0; i < (items?.Count ?? 0); i++)
        {
            found.Required($"{path}[{i}].key", items![i].Key);
            CheckFile($"{path}[{i}].path", items[i].Path, files, found);
            CheckMode($"{path}[{i}].mode", items[i].Mode, found);
        }
    }

    private static void CheckDownward(string path, DownwardVolumeSource source, HashSet<string> files, Findings found)
    {
        for (int i = 0; i < (source.Items?.Count ?? 0); i++)
        {
            DownwardFile item = source.Items![i];
            string here = $"{path}.items[{i}]";
            CheckFile(here + ".path", item.Path, files, found);
            CheckMode(here + ".mode", item.Mode, found);
            if (item is { FieldRef: not null, ResourceFieldRef: not null })
                found.Add(ManifestError.Invalid(here, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
            if (item is { FieldRef: null, ResourceFieldRef: null })
                found.Add(ManifestError.Required(here, "one of fieldRef and resourceFieldRef is required"));
            if (item.FieldRef is { } field && found.Required(here + ".fieldRef.fieldPath", field.FieldPath) && !FieldReference.IsFile(field.FieldPath!))
                found.Add(ManifestError.NotSupported(here + ".fieldRef.fieldPath", field.FieldPath,
                    [.. FieldReference.FilePaths, "metadata.labels['<KEY>']", "metadata.annotations['<KEY>']"]));
            if (item.ResourceFieldRef is { } resource)
            {
                found.Required(here + ".resourceFieldRef.containerName", resource.ContainerName);
                if (found.Required(here + ".resourceFieldRef.resource", resource.Resource))
                    found.OneOf(here + ".resourceFieldRef.resource", resource.Resource, EnvironmentValidation.ResourceFields);
            }
        }
    }

    private static void CheckFile(string path, string? file, HashSet<string> files, Findings found)
    {
        if (!found.Required(path, file))
            return;
        // What begins with two dots is the volume's own: the directory behind the files, and the link to it.
        found.Matches(path, file, text => Names.DescendingPath(text) ?? (text.StartsWith("..", StringComparison.Ordinal) ? "must not start with '..'" : null));
        if (!files.Add(file!))
            found.Add(ManifestError.Invalid(path, file, "conflicting duplicate paths"));
    }

    private static void CheckMode(string path, int? mode, Findings found)
    {
        if (mode is < 0 or > MaxMode)
            found.Add(ManifestError.Invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive"));
    }
}
