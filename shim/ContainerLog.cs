using Pods.Linux;

namespace Pods.Shim;

/// <summary>
/// The log file of one container, written by both of its outputs. It depends on no daemon: lines are written whoever else is
/// running. If the disk is full the container waits at its next line, and nothing is dropped.
/// </summary>
internal sealed class ContainerLog : IDisposable
{
    private const int FileMode = 0b110_100_000;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly LogDestination _destination;
    private readonly Action<string> _warn;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1);
    private FileDescriptor _file;   // guarded by _gate
    private long _size;             // guarded by _gate
    private int _users = 1;

    private ContainerLog(LogDestination destination, Action<string> warn, TimeProvider time)
    {
        (_destination, _warn, _time) = (destination, warn, time);
        Directory.CreateDirectory(Path.GetDirectoryName(destination.Path)!);
        (_file, _size) = OpenFile();
    }

    public static ContainerLog Open(LogDestination destination, Action<string> warn, TimeProvider? time = null) =>
        new(destination, warn, time ?? TimeProvider.System);

    /// <summary>For the output of this name; null: nobody can look on.</summary>
    public OutputTap? Tap(string stream) => _destination.TapDirectory is { } directory ? new(directory, stream) : null;

    /// <summary>Appends entries, each of which ends with the only line end in it. Waits for as long as they cannot be written.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> entries, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            while (entries.Length > 0)
            {
                int count = FittingLength(entries.Span);
                if (count == 0)
                {
                    Rotate();
                    continue;
                }
                await WriteWholeAsync(entries[..count], cancellation);
                entries = entries[count..];
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>One more output writes to it; the last that disposes of it closes it.</summary>
    public ContainerLog Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) == 0) _file.Dispose();
    }

    // The entries that still fit into the file, of which a fresh one takes at least one; 0 means that it is full.
    private int FittingLength(ReadOnlySpan<byte> entries)
    {
        long room = _destination.MaxBytes - _size;
        if (entries.Length <= room) return entries.Length;
        int fitting = entries[..(int)Math.Max(room, 0)].LastIndexOf((byte)'\n') + 1;
        return fitting > 0 || _size > 0 ? fitting : entries.IndexOf((byte)'\n') + 1;
    }

    private async Task WriteWholeAsync(ReadOnlyMemory<byte> entries, CancellationToken cancellation)
    {
        TimeSpan wait = FirstWait;
        while (entries.Length > 0)
        {
            try
            {
                _file.TryWrite(entries.Span, out int count);
                entries = entries[count..];
                _size += count;
                continue;
            }
            catch (LinuxException e)
            {
                if (wait == FirstWait) _warn($"write log {_destination.Path}: {e.Message}: the container waits");
            }
            // A part may have been written: only the rest follows, so that no entry is torn.
            await Task.Delay(wait, _time, cancellation);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    // path.3 → path.4, path.2 → path.3, path.1 → path.2, path → path.1: at each moment every line is in one of the files.
    private void Rotate()
    {
        try
        {
            for (int number = _destination.MaxFiles - 1; number > 0; number--)
                if (File.Exists(Numbered(number - 1))) File.Move(Numbered(number - 1), Numbered(number), overwrite: true);
            if (_destination.MaxFiles == 1) File.Delete(_destination.Path);
            (FileDescriptor file, long size) = OpenFile();
            _file.Dispose();
            (_file, _size) = (file, size);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that grows too long is better than a container that stands still. The next attempt is one file's length away.
            _warn($"rotate log {_destination.Path}: {e.Message}");
            _size = 0;
        }
    }

    private string Numbered(int number) => number == 0 ? _destination.Path : $"{_destination.Path}.{number}";

    private (FileDescriptor File, long Size) OpenFile()
    {
        var file = FileDescriptor.Open(_destination.Path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, FileMode);
        long size = Files.Status(_destination.Path)?.Size ?? 0;
        // A shim that was killed may have left half an entry: ours begin on a line of their own.
        if (size > 0 && !EndsWithLine(_destination.Path, size))
        {
            file.Write("\n"u8);
            size++;
        }
        // Says that more may come: who waits for the last words of a container that has ended waits for this.
        _ = Files.TryLock(file, shared: true);
        return (file, size);
    }

    private static bool EndsWithLine(string path, long size)
    {
        using var file = File.OpenHandle(path);
        Span<byte> last = stackalloc byte[1];
        return RandomAccess.Read(file, last, size - 1) == 1 && last[0] == (byte)'\n';
    }
}
