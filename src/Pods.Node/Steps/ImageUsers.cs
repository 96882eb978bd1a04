using Pods.Containerd;
using Pods.Linux;

namespace Pods.Node;

/// <summary>Reads small files of an image's root file system without mounting it: from the topmost layer that has them.</summary>
internal static class ImageUsers
{
    private const int MaxBytes = 1 << 20;

    public static (string? Passwd, string? Group) Read(IReadOnlyList<SnapshotMount> rootfs) =>
        (ReadFile(rootfs, "etc/passwd"), ReadFile(rootfs, "etc/group"));

    private static string? ReadFile(IReadOnlyList<SnapshotMount> rootfs, string path)
    {
        foreach (string layer in rootfs.SelectMany(Layers))
        {
            try
            {
                // Links inside the image stay inside it.
                string file = RootedPath.Resolve(layer, path);
                if (Files.Status(file) is not { } status)
                    continue;
                // A character device in place of a file is overlayfs' sign that an upper layer deleted it.
                return status.Kind == FileKind.Regular && status.Size <= MaxBytes ? File.ReadAllText(file) : null;
            }
            catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
            {
                // Not in this layer; it may be in one below.
            }
        }
        return null;
    }

    private static IEnumerable<string> Layers(SnapshotMount mount)
    {
        if (mount.Type != "overlay")
            return [mount.Source];
        string? Option(string name) => mount.Options.FirstOrDefault(o => o.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
        return [.. Option("upperdir") is { } upper ? [upper] : Array.Empty<string>(), .. (Option("lowerdir") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)];
    }
}
