using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Makes a volume the group's that fsGroup names: the group may do what the owner may, and what is made inside is the group's too.</summary>
internal static class VolumeOwner
{
    private const int SetGroup = 0b010_000_000_000;
    private const int ReadWrite = 0b110_110_000;
    private const int Read = 0b100_100_000;
    private const int Search = 0b001_001_000;

    public static void Give(Pod pod, string path, bool isReadOnly = false)
    {
        if (pod.Spec!.SecurityContext is not { FsGroup: { } group } security)
            return;
        using FileDescriptor root = FileDescriptor.Open(path, OpenFlags.PathOnly);
        FileStatus status = Files.StatusOf(root);
        int bits = isReadOnly ? Read : ReadWrite;
        // OnRootMismatch: a volume with millions of files is not walked through for each start.
        if (security.FsGroupChangePolicy == "OnRootMismatch" && status.Gid == group && (status.Mode & bits) == bits
            && (status.Mode & SetGroup) != 0 && (status.Mode & Search) == Search)
            return;
        Walk(root, (uint)group, bits);
    }

    // By descriptor from directory to directory: another pod that has the volume cannot lead us out of it by a link. The root
    // comes last, so that what was interrupted is no match.
    private static void Walk(FileDescriptor file, uint group, int bits)
    {
        FileStatus status = Files.StatusOf(file);
        if (status.Kind == FileKind.Link)
            return;
        string handle = RootedPath.Handle(file);
        if (status.Kind == FileKind.Directory)
            foreach (string entry in Directory.GetFileSystemEntries(handle))
            {
                try
                {
                    using FileDescriptor child = RootedPath.OpenBeneath(handle, Path.GetFileName(entry), OpenFlags.PathOnly | OpenFlags.NoFollow);
                    Walk(child, group, bits);
                }
                catch (LinuxException e) when (e.Errno == Errno.ENOENT)
                {
                    // Removed meanwhile by a pod that uses the volume too.
                }
            }
        Files.Chown(handle, status.Uid, group);
        Files.Chmod(handle, status.Mode | bits | (status.Kind == FileKind.Directory ? SetGroup | Search : 0));
    }
}
