namespace Pods.Manifests.Validation;

/// <summary>Rules for what a container mounts.</summary>
internal static class MountValidation
{
    public static void Check(string path, Container container, HashSet<string> volumes, Findings found)
    {
        HashSet<string> targets = [];
        for (int i = 0; i < (container.VolumeMounts?.Count ?? 0); i++)
        {
            VolumeMount mount = container.VolumeMounts![i];
            string here = $"{path}[{i}]";
            if (found.Required(here + ".name", mount.Name) && !volumes.Contains(mount.Name!))
                found.Add(new(here + ".name", $"Not found: \"{mount.Name}\"", ErrorReason.Invalid));
            if (found.Required(here + ".mountPath", mount.MountPath) && !targets.Add(mount.MountPath!))
                found.Add(ManifestError.Invalid(here + ".mountPath", mount.MountPath, "must be unique"));
            if (mount.MountPath?.Contains(':') == true)
                found.Add(ManifestError.Invalid(here + ".mountPath", mount.MountPath, "must not contain ':'"));
            found.Matches(here + ".subPath", mount.SubPath, Names.DescendingPath);
            found.Matches(here + ".subPathExpr", mount.SubPathExpr, Names.DescendingPath);
            if (!string.IsNullOrEmpty(mount.SubPath) && !string.IsNullOrEmpty(mount.SubPathExpr))
                found.Add(ManifestError.Invalid(here + ".subPathExpr", mount.SubPathExpr, "subPathExpr and subPath are mutually exclusive"));
            CheckPropagation(here, mount, container.SecurityContext?.Privileged == true, found);
        }
    }

    private static void CheckPropagation(string path, VolumeMount mount, bool isPrivileged, Findings found)
    {
        found.OneOf(path + ".mountPropagation", mount.MountPropagation, "Bidirectional", "HostToContainer", "None");
        if (mount.MountPropagation == "Bidirectional" && !isPrivileged)
            found.Add(ManifestError.Forbidden(path + ".mountPropagation", "Bidirectional mount propagation is available only to privileged containers"));
        found.OneOf(path + ".recursiveReadOnly", mount.RecursiveReadOnly, "Disabled", "Enabled", "IfPossible");
        if (mount.RecursiveReadOnly is not ("Enabled" or "IfPossible"))
            return;
        if (mount.ReadOnly != true)
            found.Add(ManifestError.Forbidden(path + ".recursiveReadOnly", "may only be specified when readOnly is true"));
        if (mount.MountPropagation is not (null or "None"))
            found.Add(ManifestError.Forbidden(path + ".recursiveReadOnly", "may only be specified when mountPropagation is None or not specified"));
    }
}
