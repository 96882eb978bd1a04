using System.Runtime.InteropServices;
using System.Text;

namespace Pods.Linux;

/// <summary>
/// A file as a disk, for snapshots that are images of file systems. It goes with its last user: the mount, or this handle. loop(4)
/// </summary>
internal sealed unsafe class LoopDevice : IDisposable
{
    private const int Attempts = 100;

    private readonly FileDescriptor _device;

    private LoopDevice(string path, FileDescriptor device) => (Path, _device) = (path, device);

    internal string Path { get; }

    /// <summary>Keeps the device, which would be free again at once, until it is mounted.</summary>
    public void Dispose() => _device.Dispose();

    /// <param name="file">What it shows.</param>
    /// <param name="isReadOnly">Whether the file may be one that cannot be written.</param>
    /// <param name="isDirect">Whether it goes past the page cache of the file system that has the file.</param>
    internal static LoopDevice Attach(string file, bool isReadOnly, bool isDirect)
    {
        OpenFlags access = isReadOnly ? OpenFlags.ReadOnly : OpenFlags.ReadWrite;
        using FileDescriptor backing = FileDescriptor.Open(file, access);
        using FileDescriptor control = FileDescriptor.Open("/dev/loop-control", OpenFlags.ReadWrite);
        for (int attempt = 1; ; attempt++)
        {
            int number = LibC.ioctl(control.Number, LibC.LOOP_CTL_GET_FREE, null);
            if (number < 0) throw LinuxException.Last("ioctl", "LOOP_CTL_GET_FREE");
            string path = $"/dev/loop{number}";
            FileDescriptor device = FileDescriptor.Open(path, access);
            if (TryConfigure(device, backing, file, isReadOnly, isDirect)) return new(path, device);
            LinuxException failure = LinuxException.Last("ioctl", $"LOOP_CONFIGURE {path}");
            device.Dispose();
            // Somebody else has taken the one that was free.
            if (failure.Errno != Errno.EBUSY || attempt == Attempts) throw failure;
            Nap.Microseconds(Random.Shared.Next(attempt * 1000));
        }
    }

    private static bool TryConfigure(FileDescriptor device, FileDescriptor backing, string file, bool isReadOnly, bool isDirect)
    {
        LibC.loop_config wanted = new()
        {
            fd = (uint)backing.Number,
            lo_flags = LibC.LO_FLAGS_AUTOCLEAR | (isReadOnly ? LibC.LO_FLAGS_READ_ONLY : 0) | (isDirect ? LibC.LO_FLAGS_DIRECT_IO : 0),
        };
        // For whoever lists the devices; one zero stays at its end.
        ReadOnlySpan<byte> name = Encoding.UTF8.GetBytes(file);
        name[..Math.Min(name.Length, LibC.LO_NAME_SIZE - 1)].CopyTo(new Span<byte>(wanted.lo_file_name, LibC.LO_NAME_SIZE));
        // SAFETY: the kernel reads one structure of this stack.
        return LibC.ioctl(device.Number, LibC.LOOP_CONFIGURE, &wanted) == 0;
    }
}
