namespace Pods.Manifests.Validation;

/// <summary>Rules for the pod's volumes.</summary>
internal static class VolumeValidation
{
    private static readonly string[] s_hostPathTypes =
        ["", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"];

    /// <summary>Answers the names that mounts can use.</summary>
    public static HashSet<string> Check(PodSpec spec, Findings found)
    {
        HashSet<string> names = [];
        for (int i = 0; i < (spec.Volumes?.Count ?? 0); i++)
        {
            Volume volume = spec.Volumes![i];
            string path = $"spec.volumes[{i}]";
            found.RequiredName(path + ".name", volume.Name, Names.DnsLabel);
            found.Unique(path + ".name", volume.Name, names);
            if (volume.SourceCount > 1)
                found.Add(ManifestError.Forbidden(path, "may not specify more than 1 volume type"));
            CheckPlaces(path, volume, found);
            WrittenVolumeValidation.Check(path, volume, found);
        }
        return names;
    }

    private static void CheckPlaces(string path, Volume volume, Findings found)
    {
        if (volume.EmptyDir is { } empty)
        {
            found.OneOf(path + ".emptyDir.medium", empty.Medium, "", "Memory");
            if (empty.SizeLimit is { Value: < 0 } limit)
                found.Add(ManifestError.Invalid(path + ".emptyDir.sizeLimit", limit.ToString(), "must be greater than or equal to 0"));
        }
        if (volume.HostPath is { } host)
        {
            if (found.Required(path + ".hostPath.path", host.Path))
                found.Matches(path + ".hostPath.path", host.Path, HasNoBackstep);
            found.OneOf(path + ".hostPath.type", host.Type, s_hostPathTypes);
        }
        if (volume.PersistentVolumeClaim is { } claim)
            found.RequiredName(path + ".persistentVolumeClaim.claimName", claim.ClaimName, Names.DnsSubdomain);
        if (volume.Image is { } image)
        {
            found.Required(path + ".image.reference", image.Reference);
            found.OneOf(path + ".image.pullPolicy", image.PullPolicy, "Always", "IfNotPresent", "Never");
        }
    }

    private static string? HasNoBackstep(string path) =>
        path.Split('/').Contains("..") ? "must not contain '..'"
        : path.StartsWith('/') ? null
        : "must be an absolute path";
}
