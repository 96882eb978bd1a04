namespace Pods.Node;

/// <summary>Which part of a container's log is asked for; the names of the Kubernetes API.</summary>
public sealed record PodLogRequest
{
    public string? Container { get; init; }
    public bool Follow { get; init; }
    public bool Previous { get; init; }
    public bool Timestamps { get; init; }
    public DateTimeOffset? Since { get; init; }
    public long? TailLines { get; init; }
    public long? LimitBytes { get; init; }
}
