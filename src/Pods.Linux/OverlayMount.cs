namespace Pods.Linux;

/// <summary>Mounts overlays whose list of layers is too long for mount(2), which takes one page of options.</summary>
internal static class OverlayMount
{
    private const string LowerKey = "lowerdir=";

    // One page, less the final zero and some room that containerd leaves as well.
    private static readonly int DataLimit = Environment.SystemPageSize - 512;

    internal static void Attach(string source, string target, nuint flags, string data)
    {
        if (data.Length < DataLimit)
        {
            Mounts.Call(source, target, "overlay", flags, data);
            return;
        }
        (string directory, string shorter) = Shorten(data);
        // Only a thread that shares its working directory with no other may change it, and it is not used again.
        OwnThread.Run(() =>
        {
            if (LibC.unshare(LibC.CLONE_FS) < 0) throw LinuxException.Last("unshare");
            using FileDescriptor opened = FileDescriptor.Open(directory, OpenFlags.PathOnly | OpenFlags.Directory);
            if (LibC.fchdir(opened.Number) < 0) throw LinuxException.Last("fchdir", directory);
            Mounts.Call(source, Path.GetFullPath(target), "overlay", flags, shorter);
        });
    }

    /// <summary>The directory that all lower layers have in common, and the options with them named relative to it.</summary>
    internal static (string Directory, string Data) Shorten(string data)
    {
        string[] options = data.Split(',');
        int index = Array.FindIndex(options, option => option.StartsWith(LowerKey, StringComparison.Ordinal));
        if (index < 0) return ("/", data);
        string[] layers = options[index][LowerKey.Length..].Split(':');
        string common = layers.Aggregate(CommonPrefix);
        string directory = common[..(common.LastIndexOf('/') + 1)];
        if (directory.Length <= 1) return ("/", data);
        options[index] = LowerKey + string.Join(':', layers.Select(layer => layer[directory.Length..]));
        return (directory, string.Join(',', options));
    }

    private static string CommonPrefix(string a, string b) => a[..a.AsSpan().CommonPrefixLength(b)];
}
