namespace Pods.Manifests;

/// <summary>The answer of the API where there is no object to answer with: Kubernetes' <c>Status</c>, above all for errors.</summary>
public sealed record ApiStatus
{
    public string? Kind { get; init; }
    public string? ApiVersion { get; init; }
    public ListMeta? Metadata { get; init; }
    /// <summary>Success or Failure.</summary>
    public string? Status { get; init; }
    public string? Message { get; init; }
    /// <summary>NotFound, AlreadyExists, Conflict, Invalid, BadRequest, …: what a client branches on.</summary>
    public string? Reason { get; init; }
    public StatusDetails? Details { get; init; }
    public int? Code { get; init; }
}

public sealed record StatusDetails
{
    public string? Name { get; init; }
    public string? Group { get; init; }
    public string? Kind { get; init; }
    public string? Uid { get; init; }
    public IReadOnlyList<StatusCause>? Causes { get; init; }
    public int? RetryAfterSeconds { get; init; }
}

/// <summary>One of several reasons, with the field that it concerns.</summary>
public sealed record StatusCause
{
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public string? Field { get; init; }
}

/// <summary>The body of a DELETE request.</summary>
public sealed record DeleteOptions
{
    public string? Kind { get; init; }
    public string? ApiVersion { get; init; }
    public long? GracePeriodSeconds { get; init; }
    public string? PropagationPolicy { get; init; }
    public Preconditions? Preconditions { get; init; }
}

public sealed record Preconditions
{
    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
}
