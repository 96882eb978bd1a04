namespace Pods.Manifests;

/// <summary>A limit or request of a container, divided and rounded up.</summary>
public sealed record ResourceFieldSelector
{
    public string? ContainerName { get; init; }
    public string? Resource { get; init; }
    public Quantity? Divisor { get; init; }
}

/// <summary>One key of a ConfigMap or Secret.</summary>
public sealed record KeySelector
{
    public string? Name { get; init; }
    public string? Key { get; init; }
    public bool? Optional { get; init; }
}

/// <summary>One variable of a file that a container of the pod has written into an emptyDir.</summary>
public sealed record FileKeySelector
{
    public string? VolumeName { get; init; }
    /// <summary>Inside the volume.</summary>
    public string? Path { get; init; }
    public string? Key { get; init; }
    public bool? Optional { get; init; }
}

/// <summary>Every key of a ConfigMap or Secret as a variable; one of the two is set.</summary>
public sealed record EnvFromSource
{
    public string? Prefix { get; init; }
    public EnvFromReference? ConfigMapRef { get; init; }
    public EnvFromReference? SecretRef { get; init; }
}

public sealed record EnvFromReference
{
    public string? Name { get; init; }
    public bool? Optional { get; init; }
}
