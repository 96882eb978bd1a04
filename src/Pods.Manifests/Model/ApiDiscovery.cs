namespace Pods.Manifests;

/// <summary>What <c>GET /api</c> answers: the versions of the core group.</summary>
public sealed record ApiVersions
{
    public string? Kind { get; init; }
    public IReadOnlyList<string>? Versions { get; init; }
}

/// <summary>What <c>GET /apis</c> answers: the named groups.</summary>
public sealed record ApiGroupList
{
    public string? Kind { get; init; }
    public string? ApiVersion { get; init; }
    public IReadOnlyList<ApiGroup>? Groups { get; init; }
}

public sealed record ApiGroup
{
    public string? Name { get; init; }
    public IReadOnlyList<ApiGroupVersion>? Versions { get; init; }
    public ApiGroupVersion? PreferredVersion { get; init; }

    /// <summary>A group of one version, by its full name: apps/v1.</summary>
    public static ApiGroup Of(string groupVersion)
    {
        ApiGroupVersion only = new() { GroupVersion = groupVersion, Version = groupVersion[(groupVersion.IndexOf('/') + 1)..] };
        return new() { Name = groupVersion[..groupVersion.IndexOf('/')], Versions = [only], PreferredVersion = only };
    }
}

public sealed record ApiGroupVersion
{
    public string? GroupVersion { get; init; }
    public string? Version { get; init; }
}

/// <summary>What <c>GET /api/v1</c> answers: the kinds of object, and what can be done with each. kubectl finds its way by it.</summary>
public sealed record ApiResourceList
{
    public string? Kind { get; init; }
    public string? GroupVersion { get; init; }
    public IReadOnlyList<ApiResource>? Resources { get; init; }
}

/// <summary>One kind of object, or a part of one (<c>pods/log</c>).</summary>
public sealed record ApiResource
{
    public string? Name { get; init; }
    public string? SingularName { get; init; }
    public bool Namespaced { get; init; }
    /// <summary>Where they are not those of the list.</summary>
    public string? Group { get; init; }
    public string? Version { get; init; }
    public string? Kind { get; init; }
    public IReadOnlyList<string>? Verbs { get; init; }
    public IReadOnlyList<string>? ShortNames { get; init; }
    public IReadOnlyList<string>? Categories { get; init; }
}
