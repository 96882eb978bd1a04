using System.Runtime.InteropServices;

namespace Pods.Linux;

/// <summary>Looks up paths that somebody else has chosen inside a directory that they must not leave.</summary>
public static unsafe class RootedPath
{
    /// <summary>As if the directory were the root: "..", absolute links and absolute paths stay inside.</summary>
    public static FileDescriptor Open(string root, string path, OpenFlags flags, int mode = 0) =>
        Open(root, path, flags, mode, LibC.RESOLVE_IN_ROOT | LibC.RESOLVE_NO_MAGICLINKS);

    /// <summary>Refuses with EXDEV whatever would lead out of the directory.</summary>
    public static FileDescriptor OpenBeneath(string root, string path, OpenFlags flags, int mode = 0) =>
        Open(root, path, flags, mode, LibC.RESOLVE_BENEATH | LibC.RESOLVE_NO_MAGICLINKS);

    /// <summary>Opens what is there; directories that are missing are made, each in the one that was found before it.</summary>
    /// <exception cref="LinuxException">EXDEV where a link leads out, ENOTDIR where a file is in the way.</exception>
    public static FileDescriptor OpenOrMake(string root, string path)
    {
        string below = ".";
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                OpenBeneath(root, $"{below}/{name}", OpenFlags.PathOnly).Dispose();
            }
            catch (LinuxException e) when (e.Errno == Errno.ENOENT)
            {
                using FileDescriptor parent = OpenBeneath(root, below, OpenFlags.PathOnly | OpenFlags.Directory);
                Directory.CreateDirectory($"{Handle(parent)}/{name}");
            }
            below += "/" + name;
        }
        return OpenBeneath(root, below, OpenFlags.PathOnly);
    }

    /// <summary>The real path of something that exists inside the root.</summary>
    public static string Resolve(string root, string path)
    {
        using FileDescriptor found = Open(root, path, OpenFlags.PathOnly);
        return RealPath(found);
    }

    /// <summary>A path that leads to this very file, whatever happens to its names.</summary>
    public static string Handle(FileDescriptor descriptor) => $"/proc/self/fd/{descriptor.Number}";

    /// <returns>The path without links, or null if it does not exist.</returns>
    internal static string? TryReal(string path)
    {
        try
        {
            using FileDescriptor found = FileDescriptor.Open(path, OpenFlags.PathOnly);
            return RealPath(found);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return null;
        }
    }

    private static string RealPath(FileDescriptor descriptor) => new FileInfo(Handle(descriptor)).LinkTarget!;

    private static FileDescriptor Open(string root, string path, OpenFlags flags, int mode, ulong resolve)
    {
        using FileDescriptor directory = FileDescriptor.Open(root, OpenFlags.PathOnly | OpenFlags.Directory);
        var how = new LibC.open_how { flags = (ulong)flags.ToKernel(), mode = (ulong)mode, resolve = resolve };
        nint name = Marshal.StringToCoTaskMemUTF8(path.Length == 0 ? "." : path);
        try
        {
            while (true)
            {
                // SAFETY: `how` is on this stack, the name lives until the finally.
                nint fd = LibC.syscall(LibC.SYS_openat2, directory.Number, name, (nint)(&how), sizeof(LibC.open_how), 0);
                if (fd >= 0) return new FileDescriptor((int)fd);
                // EAGAIN: something on the way was renamed meanwhile, and the kernel cannot vouch for the result.
                if (Marshal.GetLastPInvokeError() is not (Errno.EAGAIN or Errno.EINTR)) throw LinuxException.Last("openat2", $"{root} {path}");
            }
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }
}
