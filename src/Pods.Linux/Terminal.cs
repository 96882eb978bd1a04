namespace Pods.Linux;

/// <summary>Terminals: the size of a container's, the mode of the user's.</summary>
public static unsafe class Terminal
{
    // struct termios is 60 bytes in glibc and musl on both architectures.
    private const int SettingsSize = 64;
    private const int AfterOutput = 1;

    public static bool IsTerminal(int fd) => LibC.isatty(fd) == 1;

    /// <summary>The program's side of a terminal whose master /dev/ptmx gave.</summary>
    public static FileDescriptor OpenOther(FileDescriptor master)
    {
        using FileDescriptor.Lease lease = master.Hold();
        int unlock = 0;
        // SAFETY: the kernel copies the int.
        if (LibC.ioctl(lease.Number, LibC.TIOCSPTLCK, &unlock) < 0) throw LinuxException.Last("ioctl", "TIOCSPTLCK");
        int fd = LibC.ioctl(lease.Number, LibC.TIOCGPTPEER, (void*)(LibC.O_RDWR | LibC.O_NOCTTY | LibC.O_CLOEXEC));
        return fd >= 0 ? new FileDescriptor(fd) : throw LinuxException.Last("ioctl", "TIOCGPTPEER");
    }

    public static void Resize(FileDescriptor terminal, ushort columns, ushort rows)
    {
        using FileDescriptor.Lease lease = terminal.Hold();
        var size = new LibC.winsize { ws_col = columns, ws_row = rows };
        // SAFETY: the kernel copies `size`.
        if (LibC.ioctl(lease.Number, LibC.TIOCSWINSZ, &size) < 0) throw LinuxException.Last("ioctl", "TIOCSWINSZ");
    }

    public static (ushort Columns, ushort Rows) Size(int fd)
    {
        LibC.winsize size;
        // SAFETY: the kernel writes one winsize.
        if (LibC.ioctl(fd, LibC.TIOCGWINSZ, &size) < 0) throw LinuxException.Last("ioctl", "TIOCGWINSZ");
        return (size.ws_col, size.ws_row);
    }

    /// <summary>Every key goes to the program at the other end, until the result is disposed of.</summary>
    public static IDisposable MakeRaw(int fd)
    {
        byte[] before = new byte[SettingsSize];
        byte* raw = stackalloc byte[SettingsSize];
        // SAFETY: both buffers are larger than struct termios, and `before` is pinned.
        fixed (byte* saved = before)
        {
            if (LibC.tcgetattr(fd, saved) < 0) throw LinuxException.Last("tcgetattr", $"fd {fd}");
            before.CopyTo(new Span<byte>(raw, SettingsSize));
        }
        LibC.cfmakeraw(raw);
        if (LibC.tcsetattr(fd, AfterOutput, raw) < 0) throw LinuxException.Last("tcsetattr", $"fd {fd}");
        return new SavedMode(fd, before);
    }

    private sealed class SavedMode(int fd, byte[] settings) : IDisposable
    {
        public void Dispose()
        {
            // SAFETY: pinned, and as long as when it was filled.
            fixed (byte* saved = settings)
            {
                _ = LibC.tcsetattr(fd, AfterOutput, saved);   // the terminal may be gone, and then nothing needs restoring
            }
        }
    }
}
