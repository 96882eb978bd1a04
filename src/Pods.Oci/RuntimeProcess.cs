using System.Text.Json.Serialization;

namespace Pods.Oci;

/// <summary>The first process of a container, or one that is executed in it later.</summary>
public sealed record RuntimeProcess
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Terminal { get; init; }
    public ConsoleSize? ConsoleSize { get; init; }
    public RuntimeUser User { get; init; } = new();
    public IReadOnlyList<string> Args { get; init; } = [];
    public IReadOnlyList<string>? Env { get; init; }
    public string Cwd { get; init; } = "/";
    public RuntimeCapabilities? Capabilities { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NoNewPrivileges { get; init; }
    public int? OomScoreAdj { get; init; }
    public string? ApparmorProfile { get; init; }
}

/// <summary>Of a terminal, in characters.</summary>
public sealed record ConsoleSize
{
    public uint Height { get; init; }
    public uint Width { get; init; }
}

public sealed record RuntimeUser
{
    public uint Uid { get; init; }
    public uint Gid { get; init; }
    public IReadOnlyList<uint>? AdditionalGids { get; init; }
}

/// <summary>
/// Names with their CAP_. Inheritable and ambient sets do not exist here: files that carry inheritable capabilities
/// would otherwise grant them to a user without rights (CVE-2022-24769).
/// </summary>
public sealed record RuntimeCapabilities
{
    public IReadOnlyList<string>? Bounding { get; init; }
    public IReadOnlyList<string>? Effective { get; init; }
    public IReadOnlyList<string>? Permitted { get; init; }
}
