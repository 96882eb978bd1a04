using System.Text.Json.Serialization.Metadata;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>What a watch of one kind of object needs to know of it.</summary>
internal sealed record WatchSource<T> where T : class
{
    /// <summary>What there is, and the version that the list is of.</summary>
    public required Func<(IReadOnlyList<T> Items, long Version)> List { get; init; }
    public required ChangeHistory<T> History { get; init; }
    /// <summary>With what is not stored, if there is such.</summary>
    public Func<T, T> Shown { get; init; } = item => item;
    public required Func<T, ObjectMeta> Metadata { get; init; }
    public required Func<T, ObjectTable> Row { get; init; }
    /// <summary>An object of the kind with this metadata and nothing else.</summary>
    public required Func<ObjectMeta, T> Bare { get; init; }
    public required JsonTypeInfo<T> Type { get; init; }
}
