using System.Text.Json.Serialization;

namespace Pods.Oci;

/// <summary>config.json of a bundle: what runc or crun is told about a container. Only what Pods sets.</summary>
public sealed record RuntimeSpec
{
    /// <summary>The version of the runtime specification that runc 1.1 and crun 1.8 implement.</summary>
    public string OciVersion { get; init; } = "1.0.2";
    public required RuntimeProcess Process { get; init; }
    public RuntimeRoot Root { get; init; } = new();
    public string? Hostname { get; init; }
    public IReadOnlyList<RuntimeMount> Mounts { get; init; } = [];
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
    public required RuntimeLinux Linux { get; init; }
}

public sealed record RuntimeRoot
{
    /// <summary>Relative to the bundle.</summary>
    public string Path { get; init; } = "rootfs";
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonPropertyName("readonly")]
    public bool IsReadOnly { get; init; }
}

public sealed record RuntimeMount
{
    public required string Destination { get; init; }
    public string? Type { get; init; }
    public string? Source { get; init; }
    public IReadOnlyList<string>? Options { get; init; }
    /// <summary>As whom the owners of its files appear: a mount with mapped ids.</summary>
    public IReadOnlyList<LinuxIdMapping>? UidMappings { get; init; }
    public IReadOnlyList<LinuxIdMapping>? GidMappings { get; init; }
}
