namespace Pods.Manifests.Validation;

/// <summary>Rules for one container.</summary>
internal static class ContainerValidation
{
    /// <summary>Of a container.</summary>
    public static readonly string[] Resources = ["cpu", "memory", "ephemeral-storage"];
    public static void Check(string path, Container container, HashSet<string> volumes, Findings found)
    {
        found.OneOf(path + ".terminationMessagePolicy", container.TerminationMessagePolicy, "File", "FallbackToLogsOnError");
        found.RequiredName(path + ".name", container.Name, Names.DnsLabel);
        if (found.Required(path + ".image", container.Image) && container.Image!.Trim() != container.Image)
            found.Add(ManifestError.Invalid(path + ".image", container.Image, "must not have leading or trailing whitespace"));
        found.OneOf(path + ".imagePullPolicy", container.ImagePullPolicy, "Always", "IfNotPresent", "Never");
        CheckPorts(path + ".ports", container.Ports ?? [], found);
        EnvironmentValidation.Check(path, container, found);
        CheckResources(path + ".resources", container.Resources ?? new(), Resources, found);
        MountValidation.Check(path + ".volumeMounts", container, volumes, found);
        SecurityValidation.Check(path + ".securityContext", container.SecurityContext, found);
    }

    private static void CheckPorts(string path, IReadOnlyList<ContainerPort> ports, Findings found)
    {
        HashSet<string> names = [];
        for (int i = 0; i < ports.Count; i++)
        {
            string here = $"{path}[{i}]";
            found.Matches(here + ".name", ports[i].Name, Names.PortName);
            found.Unique(here + ".name", ports[i].Name, names);
            if (ports[i].Port is null or 0)
                found.Add(ManifestError.Required(here + ".containerPort"));
            else
                found.Range(here + ".containerPort", ports[i].Port, 1, 65535);
            found.Range(here + ".hostPort", ports[i].HostPort, 0, 65535);
            found.OneOf(here + ".protocol", ports[i].Protocol, "SCTP", "TCP", "UDP");
            if (!string.IsNullOrEmpty(ports[i].HostIP))
                found.Matches(here + ".hostIP", ports[i].HostIP, Names.Address);
        }
    }

    public static void CheckResources(string path, ResourceRequirements resources, string[] known, Findings found)
    {
        foreach (var (field, amounts) in new[] { ("limits", resources.Limits), ("requests", resources.Requests) })
            foreach (var (name, amount) in amounts ?? new Dictionary<string, Quantity>())
            {
                string here = $"{path}.{field}[{name}]";
                // A request that stands for a limit is told once, at the limit.
                if (!known.Contains(name) && (field == "limits" || resources.Limits?.ContainsKey(name) != true))
                    found.Add(new(here, Refusal(name), ErrorReason.NotSupported));
                if (amount.MilliValue < 0)
                    found.Add(ManifestError.Invalid(here, amount.ToString(), "must be greater than or equal to 0"));
                // runc refuses less with words that help nobody.
                if (field == "limits" && name == "memory" && amount.Value is > 0 and < 6 << 20)
                    found.Add(ManifestError.Invalid(here, amount.ToString(), "must be at least 6Mi: no container starts with less"));
            }
        foreach (var (name, request) in resources.Requests ?? new Dictionary<string, Quantity>())
            if (resources.Limits?.TryGetValue(name, out Quantity limit) == true && request > limit)
                found.Add(ManifestError.Invalid($"{path}.requests[{name}]", request.ToString(),
                    $"must be less than or equal to {name} limit of {limit}"));
    }

    private static string Refusal(string resource) => resource.Contains('/') ? "is not supported: here are no device plugins"
        : resource.StartsWith("hugepages-", StringComparison.Ordinal) ? "is not supported: podsd gives no huge pages to pods"
        : "is not supported yet";
}
