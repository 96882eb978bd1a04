using System.Threading.Channels;

namespace Pods.Node;

/// <summary>Says when something in the directory of a log has changed: inotify, no polling.</summary>
internal sealed class LogChanges : IDisposable
{
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly FileSystemWatcher _watcher;

    private LogChanges(string directory)
    {
        _watcher = new FileSystemWatcher(directory) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.Size | NotifyFilters.LastWrite };
        _watcher.Changed += (_, _) => _changes.Writer.TryWrite(true);
        _watcher.Created += (_, _) => _changes.Writer.TryWrite(true);
        _watcher.Renamed += (_, _) => _changes.Writer.TryWrite(true);
        // Too many events at once for the kernel's queue: something has changed.
        _watcher.Error += (_, _) => _changes.Writer.TryWrite(true);
        _watcher.EnableRaisingEvents = true;
    }

    public static LogChanges Watch(string path)
    {
        string directory = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory);
        return new(directory);
    }

    public async Task NextAsync(CancellationToken cancel) => await _changes.Reader.ReadAsync(cancel);

    public void Dispose() => _watcher.Dispose();
}
