using System.Text;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>A file system of a program, "fuse3.fuse-overlayfs" say, which FUSE's own helper mounts: fuse-overlayfs, nydus.</summary>
internal static class FuseMount
{
    private static readonly string[] _helpers = ["mount.fuse", "mount.fuse3"];

    public static bool IsMeantBy(Mount mount) => HelperOf(mount) is not null;

    /// <summary>Blocks its thread until the helper has ended; the program that it starts lives as long as the mount.</summary>
    public static void Attach(Mount mount, string root, Children children)
    {
        string helper = HelperOf(mount)!, target = mount.Target.Length == 0 ? root : RootedPath.Resolve(root, mount.Target);
        using Pipe errors = Pipe.Create();
        errors.Read.SetNonBlocking(true);
        Exit exit = children.Spawn(new()
        {
            File = helper,
            Arguments = [helper, mount.Source, target, .. mount.Options.SelectMany(option => (string[])["-o", option]), "-t", TypeOf(mount, helper)],
            Descriptors = new Dictionary<int, FileDescriptor> { [2] = errors.Write },
        }).Exited.GetAwaiter().GetResult();
        if (exit.Status != 0)
            throw new IOException($"mount {target}: {helper}: exit status {exit.Status}: {Said(errors.Read)}");
    }

    private static string? HelperOf(Mount mount) => Array.Find(_helpers, helper => mount.Type.StartsWith(Prefix(helper), StringComparison.Ordinal));

    private static string TypeOf(Mount mount, string helper) => mount.Type[Prefix(helper).Length..];

    private static string Prefix(string helper) => helper["mount.".Length..] + ".";

    // What is there: whoever the helper has started may hold the other end for ever.
    private static string Said(FileDescriptor errors)
    {
        byte[] text = new byte[1024];
        return errors.TryRead(text, out int count) ? Encoding.UTF8.GetString(text, 0, count).Trim() : "";
    }
}
