using Pods.Oci;

namespace Pods.Manifests;

/// <summary>config.json of an app or init container, with containerd's CRI defaults where the manifest says nothing.</summary>
public static class ContainerSpec
{
    /// <param name="pod">With defaults applied.</param>
    public static RuntimeSpec For(Pod pod, Container container, SandboxFacts sandbox, NodeFacts node, ContainerFacts facts)
    {
        PodSpec spec = pod.Spec ?? new();
        bool privileged = container.SecurityContext?.Privileged == true;
        // Only where the pod's root is nobody on the machine.
        bool unmasked = privileged || container.SecurityContext?.ProcMount == "Unmasked" && sandbox.Users is not null;
        sandbox.Users?.Check(container.Name ?? "", facts.User);
        bool readOnlyRoot = container.SecurityContext?.ReadOnlyRootFilesystem == true;
        IReadOnlyList<string> capabilities = privileged
            ? node.Capabilities
            : CapabilityNames.Granted(container.SecurityContext?.Capabilities, node.Capabilities);
        return new()
        {
            Process = Process(pod, container, sandbox, node, facts, capabilities),
            Root = new() { IsReadOnly = readOnlyRoot },
            Mounts = [
                .. SpecMounts.OfContainer(container, sandbox, node, facts, privileged, readOnlyRoot),
                .. facts.LastWords is { } words ? [PodUsers.Map(words, sandbox.Users)] : Array.Empty<RuntimeMount>(),
            ],
            Annotations = SpecAnnotations.OfContainer(pod, container, sandbox, facts.ImageName),
            Linux = new()
            {
                // In the machine's own cgroup namespace a privileged container can manage cgroups.
                Namespaces = SpecIsolation.Namespaces(spec, networkNamespace: null, sandbox.Users, node.HasUnifiedCgroups && !privileged),
                UidMappings = sandbox.Users?.Mapping,
                GidMappings = sandbox.Users?.Mapping,
                CgroupsPath = SpecIsolation.CgroupsPath(sandbox.CgroupParent, facts.ContainerId),
                Resources = ContainerResources.Of(container, node, facts.Cpus) with
                {
                    Devices = privileged ? [SpecIsolation.NoDevice, SpecIsolation.EveryDevice] : [SpecIsolation.NoDevice],
                },
                Devices = privileged && node.Devices.Count > 0 ? node.Devices : null,
                RootfsPropagation = SpecMounts.RootPropagation(container),
                Seccomp = Filter(spec, container, node, facts, capabilities),
                MaskedPaths = unmasked ? null : SpecIsolation.MaskedPaths,
                ReadonlyPaths = unmasked ? null : SpecIsolation.ReadonlyPaths,
            },
        };
    }

    /// <summary>The limits of a container that runs already: what is not limited is said, or it would stay as it was.</summary>
    public static LinuxResources Limits(Container container, NodeFacts node, string? cpus)
    {
        LinuxResources limits = ContainerResources.Of(container, node, cpus);
        return limits with
        {
            Cpu = limits.Cpu! with { Quota = limits.Cpu.Quota ?? -1 },
            Memory = limits.Memory ?? new() { Limit = -1, Swap = node.HasSwapAccounting ? -1 : null },
        };
    }

    private static RuntimeProcess Process(
        Pod pod, Container container, SandboxFacts sandbox, NodeFacts node, ContainerFacts facts, IReadOnlyList<string> capabilities)
    {
        IReadOnlyDictionary<string, string> declared = ContainerEnvironment.Declared(pod, container, sandbox, node, facts.Objects, facts.Files);
        bool hasTerminal = container.Tty == true;
        return new()
        {
            Terminal = hasTerminal,
            Args = ContainerEnvironment.CommandLine(container, facts.Image, declared),
            Env = ContainerEnvironment.Complete(facts.Image, declared, sandbox.Hostname, hasTerminal),
            Cwd = new[] { container.WorkingDir, facts.Image?.WorkingDir, "/" }.First(path => path is { Length: > 0 })!,
            User = facts.User,
            Capabilities = SpecIsolation.Capabilities(capabilities),
            NoNewPrivileges = container.SecurityContext?.AllowPrivilegeEscalation == false,
            ApparmorProfile = ProfileName(pod.Spec, container),
            OomScoreAdj = OomScore.Permitted(OomScore.Of(pod.Spec ?? new(), container, node.MemoryBytes), node.LowestOomScoreAdj),
        };
    }

    /// <summary>Admission has seen to it that the kernel has the profile.</summary>
    private static string? ProfileName(PodSpec? spec, Container container) =>
        (container.SecurityContext?.AppArmorProfile ?? spec?.SecurityContext?.AppArmorProfile) switch
        {
            { Type: "RuntimeDefault" } => AppArmorProfile.Default,
            { Type: "Localhost", LocalhostProfile: { } name } => name,
            _ => null,
        };

    /// <summary>The container's profile, or else the pod's, or else the node's default; none for a privileged container.</summary>
    private static LinuxSeccomp? Filter(
        PodSpec spec, Container container, NodeFacts node, ContainerFacts facts, IReadOnlyList<string> capabilities)
    {
        if (container.SecurityContext?.Privileged == true)
            return null;
        SeccompProfile? profile = container.SecurityContext?.SeccompProfile ?? spec.SecurityContext?.SeccompProfile;
        string type = profile?.Type ?? (node.SeccompDefault && node.HasSeccomp ? "RuntimeDefault" : "Unconfined");
        // Asked for and not to be had: stop rather than run without.
        if (type != "Unconfined" && !node.HasSeccomp)
            throw new SpecException($"container \"{container.Name}\": seccompProfile {type}: the kernel of this node has no seccomp");
        return type switch
        {
            "Unconfined" => null,
            "RuntimeDefault" => SpecIsolation.DefaultFilter(capabilities),
            "Localhost" => facts.LocalhostSeccomp
                ?? throw new SpecException($"container \"{container.Name}\": seccomp profile \"{profile?.LocalhostProfile}\" is not on this node"),
            _ => throw new SpecException($"container \"{container.Name}\": seccompProfile type \"{type}\" is not known"),
        };
    }
}
