using System.Text.Json.Serialization;

namespace Pods.Oci;

/// <summary>The part of config.json that the kernel enforces.</summary>
public sealed record RuntimeLinux
{
    public IReadOnlyList<LinuxNamespace> Namespaces { get; init; } = [];
    /// <summary>Those of the user namespace that is listed.</summary>
    public IReadOnlyList<LinuxIdMapping>? UidMappings { get; init; }
    public IReadOnlyList<LinuxIdMapping>? GidMappings { get; init; }
    public IReadOnlyDictionary<string, string>? Sysctl { get; init; }
    public string? CgroupsPath { get; init; }
    public LinuxResources? Resources { get; init; }
    public IReadOnlyList<LinuxDevice>? Devices { get; init; }
    public LinuxSeccomp? Seccomp { get; init; }
    public string? RootfsPropagation { get; init; }
    public IReadOnlyList<string>? MaskedPaths { get; init; }
    public IReadOnlyList<string>? ReadonlyPaths { get; init; }
}

/// <summary>A namespace to enter; without a path a new one, or the one that the shim fills in.</summary>
/// <param name="Type">pid, network, mount, ipc, uts, user or cgroup.</param>
public sealed record LinuxNamespace(string Type, string? Path = null);

/// <summary>Ids in a row: what they are in a user namespace, and on the machine.</summary>
public sealed record LinuxIdMapping(
    [property: JsonPropertyName("containerID")] uint ContainerId, [property: JsonPropertyName("hostID")] uint HostId, uint Size);

/// <summary>A device node to make in the container.</summary>
public sealed record LinuxDevice
{
    public required string Path { get; init; }
    /// <summary>c or b.</summary>
    public required string Type { get; init; }
    public required long Major { get; init; }
    public required long Minor { get; init; }
    /// <summary>Permission bits, as a decimal number.</summary>
    public int? FileMode { get; init; }
    public uint? Uid { get; init; }
    public uint? Gid { get; init; }
}
