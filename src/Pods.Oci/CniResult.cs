namespace Pods.Oci;

/// <summary>What a chain of CNI plugins has set up, as far as Pods reads it (CNI specification, "Add Success").</summary>
public sealed record CniResult
{
    public string? CniVersion { get; init; }
    public IReadOnlyList<CniInterface>? Interfaces { get; init; }
    public IReadOnlyList<CniAddress>? Ips { get; init; }
}

/// <summary>An interface that a plugin made, in the pod when it has a sandbox, else on the host.</summary>
public sealed record CniInterface
{
    public string? Name { get; init; }
    public string? Mac { get; init; }
    public string? Sandbox { get; init; }
}

/// <summary>An address in CIDR notation, on the interface of that index if one is named.</summary>
public sealed record CniAddress
{
    public string? Address { get; init; }
    public string? Gateway { get; init; }
    public int? Interface { get; init; }
}

/// <summary>How a plugin says that it failed.</summary>
public sealed record CniError
{
    public int Code { get; init; }
    public string? Msg { get; init; }
    public string? Details { get; init; }
}
