using Wire = Containerd.Types.Mount;

namespace Pods.Containerd;

/// <summary>One of the mounts that make a snapshot a directory tree: what a task is created on, or mount(2) is called with.</summary>
public sealed record SnapshotMount(string Type, string Source, string Target, IReadOnlyList<string> Options)
{
    internal static SnapshotMount From(Wire mount) => new(mount.Type, mount.Source, mount.Target, [.. mount.Options]);

    internal Wire ToWire() => new() { Type = Type, Source = Source, Target = Target, Options = { Options } };
}
