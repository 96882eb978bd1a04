using System.Text.Json;

namespace Pods.Manifests;

/// <summary>Objects as rows, which a client prints without knowing their kind: <c>Table</c> of meta.k8s.io/v1.</summary>
public sealed record ObjectTable
{
    public const string GroupVersion = "meta.k8s.io/v1";

    public string? Kind { get; init; }
    public string? ApiVersion { get; init; }
    public ListMeta? Metadata { get; init; }
    public IReadOnlyList<TableColumn>? ColumnDefinitions { get; init; }
    public IReadOnlyList<TableRow>? Rows { get; init; }
}

public sealed record TableColumn
{
    public string? Name { get; init; }
    public string? Type { get; init; }
    /// <summary>"name" for the object's name, else empty.</summary>
    public string? Format { get; init; }
    public string? Description { get; init; }
    /// <summary>0 is always shown, 1 only in wide output.</summary>
    public int Priority { get; init; }
}

public sealed record TableRow
{
    public IReadOnlyList<string>? Cells { get; init; }
    /// <summary>The whole object, its metadata alone (PartialObjectMetadata), or nothing, as the request wanted.</summary>
    public JsonElement? Object { get; init; }
}

/// <summary>An object without what it is about: enough to tell it from others.</summary>
public sealed record PartialObjectMetadata
{
    public string? Kind { get; init; }
    public string? ApiVersion { get; init; }
    public ObjectMeta? Metadata { get; init; }
}
