namespace Pods.Manifests;

/// <summary>The images of the machine, as <c>pods images</c> lists them.</summary>
public sealed record ImageList
{
    public IReadOnlyList<ImageSummary>? Items { get; init; }
}

public sealed record ImageSummary
{
    public string? Id { get; init; }
    public IReadOnlyList<string>? Names { get; init; }
    public string? Digest { get; init; }
    /// <summary>In bytes, as stored (compressed).</summary>
    public long Size { get; init; }
}

/// <summary>The body of a pull request.</summary>
public sealed record PullRequestBody
{
    public string? Reference { get; init; }
    /// <summary>Always or IfNotPresent; Always where absent.</summary>
    public string? Policy { get; init; }
    /// <summary>Credentials for this pull alone: docker's config.json as base64. Nobody keeps it.</summary>
    public string? DockerConfig { get; init; }

    // A record would show its values.
    public override string ToString() => $"pull of {Reference}";
}

/// <summary>One line of a pull's answer: progress of a part, or, on the last line, the image or the error.</summary>
public sealed record PullEvent
{
    public string? Part { get; init; }
    /// <summary>Resolving, Waiting, Downloading, Unpacking or Done.</summary>
    public string? Stage { get; init; }
    public long? Bytes { get; init; }
    public long? Total { get; init; }
    public ImageSummary? Image { get; init; }
    public string? Error { get; init; }
}

public sealed record ImportResult
{
    public IReadOnlyList<string>? Names { get; init; }
}

/// <summary>What <c>GET /version</c> answers; the field names that kubectl knows, and ours.</summary>
public sealed record NodeVersion
{
    public string? Major { get; init; }
    public string? Minor { get; init; }
    public string? GitVersion { get; init; }
    public string? Platform { get; init; }
    /// <summary>The version of the containerd that podsd speaks to; null while there is none.</summary>
    public string? Containerd { get; init; }
}
