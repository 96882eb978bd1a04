namespace Pods.Manifests.Validation;

/// <summary>Rules for the pod's spec, but for its containers.</summary>
internal static class SpecValidation
{
    public static void Check(PodSpec spec, Findings found)
    {
        found.OneOf("spec.restartPolicy", spec.RestartPolicy, "Always", "OnFailure", "Never");
        found.Range("spec.terminationGracePeriodSeconds", spec.TerminationGracePeriodSeconds, 0, int.MaxValue);
        found.Range("spec.activeDeadlineSeconds", spec.ActiveDeadlineSeconds, 1, int.MaxValue);
        found.Matches("spec.hostname", spec.Hostname, Names.DnsLabel);
        found.Matches("spec.subdomain", spec.Subdomain, Names.DnsLabel);
        found.OneOf("spec.os.name", spec.Os?.Name, "linux");
        CheckUsers(spec, found);
        if (spec.ShareProcessNamespace == true && spec.HostPID == true)
            found.Add(ManifestError.Invalid("spec.shareProcessNamespace", true, "ShareProcessNamespace and HostPID cannot both be enabled"));
        HashSet<string> volumes = VolumeValidation.Check(spec, found);
        CheckContainers(spec, volumes, found);
        CheckHostPorts(spec, found);
        CheckResources(spec, found);
        CheckDns(spec, found);
        CheckSecurity(spec, found);
        for (int i = 0; i < (spec.HostAliases?.Count ?? 0); i++)
        {
            HostAlias alias = spec.HostAliases![i];
            if (found.Required($"spec.hostAliases[{i}].ip", alias.Ip))
                found.Matches($"spec.hostAliases[{i}].ip", alias.Ip, Names.Address);
            for (int n = 0; n < (alias.Hostnames?.Count ?? 0); n++)
                found.Matches($"spec.hostAliases[{i}].hostnames[{n}]", alias.Hostnames![n], Names.DnsSubdomain);
        }
        for (int i = 0; i < (spec.ImagePullSecrets?.Count ?? 0); i++)
            found.RequiredName($"spec.imagePullSecrets[{i}].name", spec.ImagePullSecrets![i].Name, Names.DnsSubdomain);
    }

    private static void CheckUsers(PodSpec spec, Findings found)
    {
        const string notWith = "when `hostUsers` is false";
        foreach (var (field, containers) in new[] { ("initContainers", spec.InitContainers), ("containers", spec.Containers) })
            for (int i = 0; i < (containers?.Count ?? 0); i++)
                if (containers![i].SecurityContext is { ProcMount: "Unmasked" } && spec.HostUsers != false)
                    found.Add(ManifestError.Invalid(
                        $"spec.{field}[{i}].securityContext.procMount", "Unmasked", "`hostUsers` must be false to use `Unmasked`"));
        if (spec.HostUsers != false)
            return;
        // With a namespace of the machine, root of the pod would be nobody in what is around it.
        foreach (var (field, value) in new[] { ("hostNetwork", spec.HostNetwork), ("hostPID", spec.HostPID), ("hostIPC", spec.HostIPC) })
            if (value == true)
                found.Add(ManifestError.Forbidden($"spec.{field}", notWith));
    }

    private static void CheckContainers(PodSpec spec, HashSet<string> volumes, Findings found)
    {
        if (spec.Containers is not { Count: > 0 })
            found.Add(ManifestError.Required("spec.containers"));
        HashSet<string> names = [];
        foreach (var (field, containers) in new[] { ("initContainers", spec.InitContainers), ("containers", spec.Containers) })
            for (int i = 0; i < (containers?.Count ?? 0); i++)
            {
                found.Unique($"spec.{field}[{i}].name", containers![i].Name, names);
                ContainerValidation.Check($"spec.{field}[{i}]", containers[i], volumes, found);
                EnvironmentValidation.CheckFiles($"spec.{field}[{i}]", containers[i], spec.Volumes ?? [], found);
                ProbeValidation.Check($"spec.{field}[{i}]", containers[i], spec, isInit: field == "initContainers", found);
            }
    }

    /// <summary>The pod as a whole is at least what its containers are promised, and no container may have more than the pod.</summary>
    private static void CheckResources(PodSpec spec, Findings found)
    {
        if (spec.Resources is not { } resources)
            return;
        ContainerValidation.CheckResources("spec.resources", resources, ["cpu", "memory"], found);
        foreach (var (name, request) in resources.Requests ?? new Dictionary<string, Quantity>())
            if (PodResources.Requested(spec with { Resources = null }, name) is var sum && request < sum)
                found.Add(ManifestError.Invalid($"spec.resources.requests[{name}]", request.ToString(),
                    $"must be greater than or equal to aggregate container requests of {sum}"));
        foreach (var (name, limit) in resources.Limits ?? new Dictionary<string, Quantity>())
            for (int i = 0; i < (spec.Containers?.Count ?? 0); i++)
                if (spec.Containers![i].Resources?.Limits?.TryGetValue(name, out Quantity own) == true && own > limit)
                    found.Add(ManifestError.Invalid($"spec.containers[{i}].resources.limits[{name}]", own.ToString(),
                        $"must be less than or equal to pod limits of {limit}"));
    }

    /// <summary>Two containers of a pod cannot publish one port; with the host's network a port is the host's.</summary>
    private static void CheckHostPorts(PodSpec spec, Findings found)
    {
        HashSet<string> seen = [];
        for (int c = 0; c < (spec.Containers?.Count ?? 0); c++)
            for (int p = 0; p < (spec.Containers![c].Ports?.Count ?? 0); p++)
            {
                ContainerPort port = spec.Containers[c].Ports![p];
                string path = $"spec.containers[{c}].ports[{p}]";
                string published = $"{port.Protocol}/{port.HostIP}/{port.HostPort}";
                if (port.HostPort is > 0 && !seen.Add(published))
                    found.Add(ManifestError.Duplicate(path + ".hostPort", published));
                if (spec.HostNetwork == true && port.HostPort is > 0 && port.HostPort != port.Port)
                    found.Add(ManifestError.Invalid(path + ".hostPort", port.HostPort, "must match `containerPort` when `hostNetwork` is true"));
            }
    }

    private static void CheckDns(PodSpec spec, Findings found)
    {
        found.OneOf("spec.dnsPolicy", spec.DnsPolicy, "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        if (spec.DnsPolicy == "None" && spec.DnsConfig?.Nameservers is not { Count: > 0 })
            found.Add(ManifestError.Required("spec.dnsConfig.nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None"));
        IReadOnlyList<string> servers = spec.DnsConfig?.Nameservers ?? [], searches = spec.DnsConfig?.Searches ?? [];
        if (servers.Count > 3)
            found.Add(ManifestError.Invalid("spec.dnsConfig.nameservers", string.Join(",", servers), "must not have more than 3 nameservers"));
        for (int i = 0; i < servers.Count; i++)
            found.Matches($"spec.dnsConfig.nameservers[{i}]", servers[i], Names.Address);
        if (searches.Count > 32)
            found.Add(ManifestError.Invalid("spec.dnsConfig.searches", string.Join(",", searches), "must not have more than 32 search paths"));
        for (int i = 0; i < searches.Count; i++)
            if (searches[i] != ".")
                found.Matches($"spec.dnsConfig.searches[{i}]", searches[i].TrimEnd('.').Replace('_', '-'), Names.DnsSubdomain);
        for (int i = 0; i < (spec.DnsConfig?.Options?.Count ?? 0); i++)
            found.Required($"spec.dnsConfig.options[{i}].name", spec.DnsConfig!.Options![i].Name);
    }

    private static void CheckSecurity(PodSpec spec, Findings found)
    {
        if (spec.SecurityContext is not { } security)
            return;
        const string path = "spec.securityContext";
        found.Range(path + ".runAsUser", security.RunAsUser, 0, int.MaxValue);
        found.Range(path + ".runAsGroup", security.RunAsGroup, 0, int.MaxValue);
        found.Range(path + ".fsGroup", security.FsGroup, 0, int.MaxValue);
        found.OneOf(path + ".supplementalGroupsPolicy", security.SupplementalGroupsPolicy, "Merge", "Strict");
        SecurityValidation.CheckAppArmor(path + ".appArmorProfile", security.AppArmorProfile, found);
        found.OneOf(path + ".fsGroupChangePolicy", security.FsGroupChangePolicy, "Always", "OnRootMismatch");
        for (int i = 0; i < (security.SupplementalGroups?.Count ?? 0); i++)
            found.Range($"{path}.supplementalGroups[{i}]", security.SupplementalGroups![i], 0, int.MaxValue);
        SecurityValidation.CheckSeccomp(path + ".seccompProfile", security.SeccompProfile, found);
        SecurityValidation.CheckSysctls(path + ".sysctls", security.Sysctls ?? [], spec, found);
    }
}
