namespace Pods.Manifests.Validation;

/// <summary>Rules for a container's environment.</summary>
internal static class EnvironmentValidation
{
    /// <summary>What a resourceFieldRef can show.</summary>
    public static readonly string[] ResourceFields =
        ["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];

    public static void Check(string path, Container container, Findings found)
    {
        IReadOnlyList<EnvVar> variables = container.Env ?? [];
        for (int i = 0; i < variables.Count; i++)
        {
            string here = $"{path}.env[{i}]";
            found.RequiredName(here + ".name", variables[i].Name, Names.EnvironmentName);
            if (variables[i].ValueFrom is not { } from)
                continue;
            if (!string.IsNullOrEmpty(variables[i].Value))
                found.Add(ManifestError.Invalid(here + ".valueFrom", "", "may not be specified when `value` is not empty"));
            CheckSource(here + ".valueFrom", from, found);
        }
        for (int i = 0; i < (container.EnvFrom?.Count ?? 0); i++)
            CheckFrom($"{path}.envFrom[{i}]", container.EnvFrom![i], found);
    }

    private static void CheckSource(string path, EnvVarSource from, Findings found)
    {
        object?[] sources = [from.FieldRef, from.ResourceFieldRef, from.ConfigMapKeyRef, from.SecretKeyRef, from.FileKeyRef];
        int count = sources.Count(source => source is not null);
        if (count == 0)
            found.Add(ManifestError.Invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"));
        if (count > 1)
            found.Add(ManifestError.Invalid(path, "", "may not have more than one field specified at a time"));
        if (from.FieldRef is { } field)
            CheckField(path + ".fieldRef", field, found);
        if (from.ResourceFieldRef is { } resource && found.Required(path + ".resourceFieldRef.resource", resource.Resource))
        {
            found.OneOf(path + ".resourceFieldRef.resource", resource.Resource, ResourceFields);
            if (resource.Divisor is { MilliValue: < 0 } divisor)
                found.Add(ManifestError.Invalid(path + ".resourceFieldRef.divisor", divisor.ToString(), "must be positive"));
        }
        CheckKey(path + ".configMapKeyRef", from.ConfigMapKeyRef, found);
        CheckKey(path + ".secretKeyRef", from.SecretKeyRef, found);
    }

    /// <summary>The files that variables come from lie in emptyDirs of the pod.</summary>
    public static void CheckFiles(string path, Container container, IReadOnlyList<Volume> volumes, Findings found)
    {
        for (int i = 0; i < (container.Env?.Count ?? 0); i++)
        {
            if (container.Env![i].ValueFrom?.FileKeyRef is not { } file)
                continue;
            string here = $"{path}.env[{i}].valueFrom.fileKeyRef";
            if (found.Required(here + ".volumeName", file.VolumeName))
            {
                Volume? volume = volumes.FirstOrDefault(v => v.Name == file.VolumeName);
                if (volume is null)
                    found.Add(new(here + ".volumeName", $"Not found: \"{file.VolumeName}\"", ErrorReason.Invalid));
                else if (volume.EmptyDir is null)
                    found.Add(ManifestError.Invalid(here + ".volumeName", file.VolumeName, "must be the name of an emptyDir volume"));
            }
            if (found.Required(here + ".path", file.Path) && Names.DescendingPath(file.Path!) is { } wrong)
                found.Add(ManifestError.Invalid(here + ".path", file.Path, wrong));
            found.RequiredName(here + ".key", file.Key, Names.EnvironmentName);
        }
    }

    private static void CheckKey(string path, KeySelector? selector, Findings found)
    {
        if (selector is null)
            return;
        found.RequiredName(path + ".name", selector.Name, Names.DnsSubdomain);
        found.RequiredName(path + ".key", selector.Key, Names.ConfigKey);
    }

    private static void CheckFrom(string path, EnvFromSource from, Findings found)
    {
        if (!string.IsNullOrEmpty(from.Prefix))
            found.Matches(path + ".prefix", from.Prefix, Names.EnvironmentName);
        if (from is { ConfigMapRef: null, SecretRef: null })
            found.Add(ManifestError.Invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"));
        if (from is { ConfigMapRef: not null, SecretRef: not null })
            found.Add(ManifestError.Invalid(path, "", "may not have more than one field specified at a time"));
        if (from.ConfigMapRef is { } map)
            found.RequiredName(path + ".configMapRef.name", map.Name, Names.DnsSubdomain);
        if (from.SecretRef is { } secret)
            found.RequiredName(path + ".secretRef.name", secret.Name, Names.DnsSubdomain);
    }

    private static void CheckField(string path, ObjectFieldSelector field, Findings found)
    {
        found.OneOf(path + ".apiVersion", field.ApiVersion, Pod.GroupVersion);
        if (found.Required(path + ".fieldPath", field.FieldPath) && !FieldReference.IsKnown(field.FieldPath!))
            found.Add(ManifestError.NotSupported(path + ".fieldPath", field.FieldPath,
                [.. FieldReference.Paths, "metadata.labels['<KEY>']", "metadata.annotations['<KEY>']"]));
    }
}
