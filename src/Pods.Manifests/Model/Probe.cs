namespace Pods.Manifests;

/// <summary>A question that podsd asks a container again and again; exactly one of the first four says which.</summary>
public sealed record Probe
{
    public ExecAction? Exec { get; init; }
    public HttpGetAction? HttpGet { get; init; }
    public TcpSocketAction? TcpSocket { get; init; }
    public GrpcAction? Grpc { get; init; }
    public int? InitialDelaySeconds { get; init; }
    public int? TimeoutSeconds { get; init; }
    public int? PeriodSeconds { get; init; }
    public int? SuccessThreshold { get; init; }
    public int? FailureThreshold { get; init; }
    /// <summary>The grace of a container that this probe stops, in place of the pod's.</summary>
    public long? TerminationGracePeriodSeconds { get; init; }
}

/// <summary>A command in the container: exit code 0 is good.</summary>
public sealed record ExecAction
{
    public IReadOnlyList<string>? Command { get; init; }
}

/// <summary>A request: any answer from 200 to 399 is good.</summary>
public sealed record HttpGetAction
{
    public string? Path { get; init; }
    public PortReference? Port { get; init; }
    /// <summary>The pod's address where it is not set.</summary>
    public string? Host { get; init; }
    /// <summary>HTTP or HTTPS, whose certificate is not looked at.</summary>
    public string? Scheme { get; init; }
    public IReadOnlyList<HttpHeader>? HttpHeaders { get; init; }
}

public sealed record HttpHeader
{
    public string? Name { get; init; }
    public string? Value { get; init; }
}

/// <summary>A connection: good as soon as it is open.</summary>
public sealed record TcpSocketAction
{
    public PortReference? Port { get; init; }
    public string? Host { get; init; }
}

/// <summary>A call of grpc.health.v1.Health/Check: good when the answer is SERVING.</summary>
public sealed record GrpcAction
{
    public int? Port { get; init; }
    public string? Service { get; init; }
}
