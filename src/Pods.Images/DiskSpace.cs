using Pods.Containerd;

namespace Pods.Images;

/// <summary>
/// Finds out whether a failed write was for want of room. containerd gives that failure no code of its own, so the file
/// systems below its stores are asked.
/// </summary>
internal sealed class DiskSpace(ContainerdClient containerd, string snapshotter)
{
    // Less than one part of a write: whatever has failed had no room.
    private const long Full = ContentWriter.MaximumPart;

    /// <summary>Null: there is room, or it cannot be found out. To be asked before anything is cleaned up.</summary>
    public async Task<ImageException?> ExplainAsync(Exception cause, CancellationToken cancel)
    {
        try
        {
            foreach (ContainerdPlugin plugin in await containerd.Introspection.PluginsAsync(cancel))
            {
                bool isStore = plugin is { Type: "io.containerd.content.v1" } || (plugin.Type == "io.containerd.snapshotter.v1" && plugin.Id == snapshotter);
                if (isStore && plugin.Exports.TryGetValue("root", out string? root) && Directory.Exists(root)
                    && new DriveInfo(root).TotalFreeSpace < Full)
                    return new(ImageFailure.NoSpace, $"the disk below {root} is full: remove images or make room", cause);
            }
            return null;
        }
        catch (Exception e) when (e is ContainerdException or IOException or UnauthorizedAccessException)
        {
            // The failure stays unexplained, and is reported as it came.
            return null;
        }
    }
}
