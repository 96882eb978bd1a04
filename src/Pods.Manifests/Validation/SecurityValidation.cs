namespace Pods.Manifests.Validation;

/// <summary>Rules for what a container may do. What is not understood here is refused: a security field is never ignored.</summary>
internal static class SecurityValidation
{
    // Of namespaces too, but not free of effects on others: an operator may allow them.
    private static readonly string[] s_namespaced = ["kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue.", "net."];

    public static void Check(string path, SecurityContext? security, Findings found)
    {
        if (security is null)
            return;
        found.Range(path + ".runAsUser", security.RunAsUser, 0, int.MaxValue);
        found.Range(path + ".runAsGroup", security.RunAsGroup, 0, int.MaxValue);
        if (security is { Privileged: true, AllowPrivilegeEscalation: false })
            found.Add(ManifestError.Invalid(path, "", "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
        if (security.AllowPrivilegeEscalation == false && (security.Capabilities?.Add ?? []).Any(c => Strip(c) == "SYS_ADMIN"))
            found.Add(ManifestError.Invalid(path, "", "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"));
        foreach (var (field, names) in new[] { ("add", security.Capabilities?.Add), ("drop", security.Capabilities?.Drop) })
            for (int i = 0; i < (names?.Count ?? 0); i++)
                if (Strip(names![i]) is var name && name != "ALL" && !CapabilityNames.All.Contains("CAP_" + name))
                    found.Add(ManifestError.Invalid($"{path}.capabilities.{field}[{i}]", names[i], "unknown capability"));
        CheckSeccomp(path + ".seccompProfile", security.SeccompProfile, found);
        CheckAppArmor(path + ".appArmorProfile", security.AppArmorProfile, found);
        found.OneOf(path + ".procMount", security.ProcMount, "Default", "Unmasked");
    }

    public static void CheckAppArmor(string path, AppArmorProfile? profile, Findings found)
    {
        if (profile is null)
            return;
        if (found.Required(path + ".type", profile.Type))
            found.OneOf(path + ".type", profile.Type, "Localhost", "RuntimeDefault", "Unconfined");
        if (profile.Type == "Localhost")
            found.Required(path + ".localhostProfile", profile.LocalhostProfile, "must be set when AppArmor type is Localhost");
        else if (profile.LocalhostProfile is { } unwanted)
            found.Add(ManifestError.Invalid(path + ".localhostProfile", unwanted, "can only be set when AppArmor type is Localhost"));
    }

    public static void CheckSeccomp(string path, SeccompProfile? profile, Findings found)
    {
        if (profile is null)
            return;
        if (found.Required(path + ".type", profile.Type))
            found.OneOf(path + ".type", profile.Type, "Localhost", "RuntimeDefault", "Unconfined");
        if (profile.Type == "Localhost")
        {
            if (found.Required(path + ".localhostProfile", profile.LocalhostProfile, "must be set when seccomp type is Localhost"))
                found.Matches(path + ".localhostProfile", profile.LocalhostProfile, Names.DescendingPath);
        }
        else if (profile.LocalhostProfile is { } unwanted)
            found.Add(ManifestError.Invalid(path + ".localhostProfile", unwanted, "can only be set when seccomp type is Localhost"));
    }

    public static void CheckSysctls(string path, IReadOnlyList<Sysctl> sysctls, PodSpec spec, Findings found)
    {
        HashSet<string> seen = [];
        for (int i = 0; i < sysctls.Count; i++)
        {
            string here = $"{path}[{i}].name";
            if (!found.Required(here, sysctls[i].Name))
                continue;
            string name = sysctls[i].Name!.Replace('/', '.');
            found.Unique(here, name, seen);
            if (!SafeSysctls.Contains(name) && !s_namespaced.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
                found.Add(ManifestError.Forbidden(here, $"unsafe sysctl \"{name}\" is not allowed"));
            else if (spec.HostNetwork == true && name.StartsWith("net.", StringComparison.Ordinal))
                found.Add(ManifestError.Invalid(here, name, "may not be specified when 'hostNetwork' is true"));
            else if (spec.HostIPC == true && name.StartsWith("kernel.", StringComparison.Ordinal))
                found.Add(ManifestError.Invalid(here, name, "may not be specified when 'hostIPC' is true"));
        }
    }

    private static string Strip(string capability)
    {
        string name = capability.ToUpperInvariant();
        return name.StartsWith("CAP_", StringComparison.Ordinal) ? name[4..] : name;
    }
}
