using Pods.Oci;
using Wire = Containerd.Services.Images.V1.Image;

namespace Pods.Containerd;

/// <summary>A name and what it points to.</summary>
public sealed record ImageRecord(string Name, ImageDescriptor Target, IReadOnlyDictionary<string, string> Labels)
{
    public DateTimeOffset? CreatedAt { get; init; }

    internal static ImageRecord From(Wire image) => new(
        image.Name, Descriptors.From(image.Target), new Dictionary<string, string>(image.Labels))
    {
        CreatedAt = image.CreatedAt?.ToDateTimeOffset(),
    };

    internal Wire ToWire() => new() { Name = Name, Target = Descriptors.ToWire(Target), Labels = { Maps.Of(Labels) } };
}
