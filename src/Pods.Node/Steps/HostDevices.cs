using Pods.Linux;
using Pods.Oci;

namespace Pods.Node;

/// <summary>The device nodes of the machine as they are now, which a privileged container gets.</summary>
internal static class HostDevices
{
    // File systems of a container's own, and what belongs to whoever started podsd.
    private static readonly string[] s_others = ["pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev", "console"];

    public static IReadOnlyList<LinuxDevice> All() => [.. Below("/dev")];

    private static IEnumerable<LinuxDevice> Below(string directory)
    {
        foreach (string path in Directory.GetFileSystemEntries(directory).Order(StringComparer.Ordinal))
        {
            if (s_others.Contains(Path.GetFileName(path)) || Files.Status(path) is not { } status)
                continue;
            if (status.Kind == FileKind.Directory)
                foreach (LinuxDevice device in Below(path))
                    yield return device;
            else if (status.Kind is FileKind.CharacterDevice or FileKind.BlockDevice)
                yield return new()
                {
                    Path = path,
                    Type = status.Kind == FileKind.BlockDevice ? "b" : "c",
                    Major = status.Device.Major,
                    Minor = status.Device.Minor,
                    FileMode = status.Mode,
                    Uid = status.Uid,
                    Gid = status.Gid,
                };
        }
    }
}
