namespace Pods.Images;

/// <summary>How images are pulled and unpacked on this node.</summary>
public sealed record ImageOptions
{
    public string Snapshotter { get; init; } = "overlayfs";
    /// <summary>Per-registry directories with a hosts.toml, as containerd's CRI has them; null for none.</summary>
    public string? CertsDirectory { get; init; } = "/etc/containerd/certs.d";
    /// <summary>Hosts (with port) that are asked by plain HTTP; loopback always is, unless a hosts.toml says otherwise.</summary>
    public IReadOnlyList<string> PlainHttp { get; init; } = [];
    /// <summary>Files in the form of Docker's config.json; one that does not exist is none.</summary>
    public IReadOnlyList<string> AuthFiles { get; init; } = [];
    /// <summary>Layers of one image that are downloaded at a time; the kubelet's default, kind to registries.</summary>
    public int ParallelLayers { get; init; } = 3;
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
