using Google.Protobuf.WellKnownTypes;
using Wire = Containerd.Services.Containers.V1.Container;

namespace Pods.Containerd;

/// <summary>A container: what a task of it is to be made from.</summary>
public sealed record ContainerRecord
{
    public required string Id { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public string Image { get; init; } = "";
    /// <summary>The type of the shim, or the absolute path of one.</summary>
    public required string Runtime { get; init; }
    public Any? RuntimeOptions { get; init; }
    /// <summary>config.json.</summary>
    public ReadOnlyMemory<byte> Spec { get; init; }
    public string Snapshotter { get; init; } = "";
    public string SnapshotKey { get; init; } = "";
    public IReadOnlyDictionary<string, Any> Extensions { get; init; } = new Dictionary<string, Any>();
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }

    internal static ContainerRecord From(Wire container) => new()
    {
        Id = container.Id,
        Labels = new Dictionary<string, string>(container.Labels),
        Image = container.Image,
        Runtime = container.Runtime?.Name ?? "",
        RuntimeOptions = container.Runtime?.Options,
        Spec = container.Spec?.Value.Memory ?? default,
        Snapshotter = container.Snapshotter,
        SnapshotKey = container.SnapshotKey,
        Extensions = new Dictionary<string, Any>(container.Extensions),
        CreatedAt = container.CreatedAt?.ToDateTimeOffset(),
        UpdatedAt = container.UpdatedAt?.ToDateTimeOffset(),
    };

    internal Wire ToWire() => new()
    {
        Id = Id,
        Labels = { Maps.Of(Labels) },
        Image = Image,
        Runtime = new() { Name = Runtime, Options = RuntimeOptions },
        Spec = Spec.IsEmpty ? null : OciJson.Spec(Spec),
        Snapshotter = Snapshotter,
        SnapshotKey = SnapshotKey,
        Extensions = { Maps.Of(Extensions) },
    };
}
