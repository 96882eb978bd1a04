namespace Pods.Node;

/// <summary>Reads the log of one run of a container, across the files that rotation made of it.</summary>
/// <param name="path">The newest file; older ones are path.1, path.2, …</param>
internal sealed class ContainerLog(string path)
{
    private const int FlushAt = 64 * 1024;

    /// <param name="query">What of it.</param>
    /// <param name="output">Flushed whenever there is no more to read for now.</param>
    /// <param name="ended">Completes when the container writes no more: the end of following.</param>
    /// <param name="cancel">The reader is gone.</param>
    public async Task CopyAsync(PodLogRequest query, Stream output, Task ended, CancellationToken cancel)
    {
        using LogChanges? changes = query.Follow ? LogChanges.Watch(path) : null;
        List<LogFile> files = LogFile.OpenNewerThan(path, null);
        try
        {
            LogOutput lines = new(query, query.TailLines is { } tail ? Math.Max(0, CountLines(files, query) - tail) : 0);
            while (true)
            {
                // Asked before the last look: what was written until then is read.
                bool isLast = changes is null || ended.IsCompleted;
                await CopyAsync(files, lines, output, cancel);
                if (lines.IsFull || isLast)
                    return;
                await Task.WhenAny(changes!.NextAsync(cancel), ended);
                cancel.ThrowIfCancellationRequested();
                KeepNewest(files);
            }
        }
        finally
        {
            files.ForEach(f => f.Dispose());
        }
    }

    private async Task CopyAsync(List<LogFile> files, LogOutput lines, Stream output, CancellationToken cancel)
    {
        using MemoryStream text = new();
        if (files.Count == 0)
            files.AddRange(LogFile.OpenNewerThan(path, null));
        for (int i = 0; i < files.Count; i++)
        {
            await CopyAsync(files[i], lines, text, output, cancel);
            if (i < files.Count - 1)
                continue;
            files.AddRange(LogFile.OpenNewerThan(path, files[i].Inode));
            // It was the newest until then, and may have got more lines before the next took its place.
            if (i < files.Count - 1)
                await CopyAsync(files[i], lines, text, output, cancel);
        }
        await FlushAsync(text, output, cancel);
    }

    private static async Task CopyAsync(LogFile file, LogOutput lines, MemoryStream text, Stream output, CancellationToken cancel)
    {
        foreach (ReadOnlyMemory<byte> line in file.ReadLines())
        {
            if (lines.IsFull)
                return;
            lines.Write(line, text);
            if (text.Length >= FlushAt)
                await FlushAsync(text, output, cancel);
        }
    }

    private static async Task FlushAsync(MemoryStream text, Stream output, CancellationToken cancel)
    {
        await output.WriteAsync(text.GetBuffer().AsMemory(0, (int)text.Length), cancel);
        await output.FlushAsync(cancel);
        text.SetLength(0);
    }

    private static void KeepNewest(List<LogFile> files)
    {
        foreach (LogFile old in files.SkipLast(1))
            old.Dispose();
        if (files.Count > 1)
            files.RemoveRange(0, files.Count - 1);
    }

    private static long CountLines(IEnumerable<LogFile> files, PodLogRequest query)
    {
        long count = 0;
        foreach (LogFile file in files)
        {
            using LogFile again = file.Again();
            count += again.ReadLines().LongCount(line =>
                LogEntry.TryParse(line, out LogEntry entry) && entry.IsWhole && !(query.Since is { } since && entry.At < since));
        }
        return count;
    }
}
