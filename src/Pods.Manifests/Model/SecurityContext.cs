namespace Pods.Manifests;

/// <summary>Under which rights the containers of a pod run, where the container does not say otherwise.</summary>
public sealed record PodSecurityContext
{
    public long? RunAsUser { get; init; }
    public long? RunAsGroup { get; init; }
    public bool? RunAsNonRoot { get; init; }
    /// <summary>The group that owns the pod's volumes, and a supplementary group of every process.</summary>
    public long? FsGroup { get; init; }
    /// <summary>Always, or OnRootMismatch: a volume whose root is as wanted is not walked through.</summary>
    public string? FsGroupChangePolicy { get; init; }
    public IReadOnlyList<long>? SupplementalGroups { get; init; }
    /// <summary>Merge, with the groups of the image's /etc/group, or Strict, without.</summary>
    public string? SupplementalGroupsPolicy { get; init; }
    public IReadOnlyList<Sysctl>? Sysctls { get; init; }
    public SeccompProfile? SeccompProfile { get; init; }
    public AppArmorProfile? AppArmorProfile { get; init; }
}

/// <summary>Under which rights one container runs.</summary>
public sealed record SecurityContext
{
    public long? RunAsUser { get; init; }
    public long? RunAsGroup { get; init; }
    public bool? RunAsNonRoot { get; init; }
    public bool? Privileged { get; init; }
    public Capabilities? Capabilities { get; init; }
    public bool? ReadOnlyRootFilesystem { get; init; }
    public bool? AllowPrivilegeEscalation { get; init; }
    /// <summary>Default or Unmasked.</summary>
    public string? ProcMount { get; init; }
    public SeccompProfile? SeccompProfile { get; init; }
    public AppArmorProfile? AppArmorProfile { get; init; }
}

/// <summary>Capability names without CAP_, or ALL.</summary>
public sealed record Capabilities
{
    public IReadOnlyList<string>? Add { get; init; }
    public IReadOnlyList<string>? Drop { get; init; }
}

public sealed record SeccompProfile
{
    /// <summary>RuntimeDefault, Unconfined or Localhost.</summary>
    public string? Type { get; init; }
    /// <summary>With Localhost: a file below the node's profile directory.</summary>
    public string? LocalhostProfile { get; init; }
}

public sealed record AppArmorProfile
{
    /// <summary>The name under which containerd loads its own.</summary>
    public const string Default = "cri-containerd.apparmor.d";

    /// <summary>RuntimeDefault, Unconfined or Localhost.</summary>
    public string? Type { get; init; }
    /// <summary>With Localhost: a profile that the kernel has loaded.</summary>
    public string? LocalhostProfile { get; init; }
}

public sealed record Sysctl
{
    public string? Name { get; init; }
    public string? Value { get; init; }
}
