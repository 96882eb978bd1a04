using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Mounts come and go through a volume only if what it lies on shares them.</summary>
internal static class MountPropagation
{
    /// <param name="mayShare">The source is the pod's own, and is made a mount that shares. A path of the machine is taken as it is.</param>
    public static void Prepare(string source, VolumeMount mount, bool mayShare)
    {
        if (mount.MountPropagation is not ("HostToContainer" or "Bidirectional"))
            return;
        MountEntry? below = Mounts.Containing(source);
        bool isShared = below?.Propagation.Contains("shared:") == true, isSlave = below?.Propagation.Contains("master:") == true;
        if (isShared || isSlave && mount.MountPropagation == "HostToContainer")
            return;
        if (!mayShare)
            throw new SpecException($"volumeMount \"{mount.Name}\": mountPropagation {mount.MountPropagation}: "
                + $"path \"{source}\" is mounted on \"{below?.Target}\" but it is not a shared{(mount.MountPropagation == "Bidirectional" ? "" : " or slave")} mount");
        if (below?.Target != source)
            Mounts.Bind(source, source);
        Mounts.MakeShared(source);
    }
}
