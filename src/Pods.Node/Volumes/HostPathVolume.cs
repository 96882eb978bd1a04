using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>A path of the machine: made where its type says so, and held against its type.</summary>
internal static class HostPathVolume
{
    public static void Prepare(HostPathVolumeSource host)
    {
        string path = host.Path!;
        if (host.Type == "DirectoryOrCreate" && KindOf(path) is null)
            Directory.CreateDirectory(path);
        if (host.Type == "FileOrCreate" && KindOf(path) is null)
            File.WriteAllBytes(path, []);
        FileKind? kind = KindOf(path);
        (FileKind Kind, string Name)? wanted = host.Type switch
        {
            "Directory" or "DirectoryOrCreate" => (FileKind.Directory, "directory"),
            "File" or "FileOrCreate" => (FileKind.Regular, "file"),
            "Socket" => (FileKind.Socket, "socket file"),
            "CharDevice" => (FileKind.CharacterDevice, "character device"),
            "BlockDevice" => (FileKind.BlockDevice, "block device"),
            _ => null,
        };
        if (kind is null && wanted is null)
            Directory.CreateDirectory(path);
        else if (wanted is { } type && kind != type.Kind)
            throw new SpecException($"hostPath type check failed: {path} is not a {type.Name}");
    }

    /// <summary>Of what a link leads to; null when there is nothing.</summary>
    private static FileKind? KindOf(string path)
    {
        try
        {
            using FileDescriptor found = FileDescriptor.Open(path, OpenFlags.PathOnly);
            return found.Kind;
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return null;
        }
    }
}
