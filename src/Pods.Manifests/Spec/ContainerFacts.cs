using Pods.Oci;

namespace Pods.Manifests;

/// <summary>What podsd has prepared for one container.</summary>
public sealed record ContainerFacts
{
    /// <summary>containerd's id of the container; the last part of its cgroup.</summary>
    public required string ContainerId { get; init; }
    public required string ImageName { get; init; }
    public ImageProcess? Image { get; init; }
    public required RuntimeUser User { get; init; }
    /// <summary>Per volume mount of the container, in its order.</summary>
    public IReadOnlyList<MountSource> MountSources { get; init; } = [];
    /// <summary>Where its termination message goes; after all other mounts.</summary>
    public RuntimeMount? LastWords { get; init; }
    /// <summary>The ConfigMaps and Secrets of the pod's namespace.</summary>
    public ObjectLookup Objects { get; init; } = (_, _) => null;
    /// <summary>What the pod's containers have written into its volumes.</summary>
    public VolumeFileLookup Files { get; init; } = (_, _) => null;
    /// <summary>The cpus it may run on; null for all.</summary>
    public string? Cpus { get; init; }
    /// <summary>The content of the profile file that a Localhost profile names.</summary>
    public LinuxSeccomp? LocalhostSeccomp { get; init; }
}
