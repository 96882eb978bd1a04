using System.Text;
using Pods.Manifests;
using Pods.Oci;

namespace Pods.Node;

/// <summary>The file in which a container leaves its last words, and what of them the status shows.</summary>
internal sealed class TerminationMessages(NodeOptions options)
{
    private const string FallbackToLogs = "FallbackToLogsOnError";
    // The kubelet's limits: of the file, and of a log that stands in for it.
    private const int MaxFileBytes = 4096;
    private const int MaxLogBytes = 2048;
    private const int MaxLogLines = 80;
    private const int LogTail = 64 << 10;   // 2 KiB of text with the head of each of 80 lines, and long lines before them

    /// <summary>Makes the empty file and answers its mount.</summary>
    public RuntimeMount Prepare(Pod pod, Container container, string containerId)
    {
        string path = PathOf(pod, container.Name!, containerId);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, []);
        // Whoever the container runs as may write it.
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        return new()
        {
            Destination = Path.GetFullPath(container.TerminationMessagePath!, "/"),
            Type = "bind",
            Source = path,
            Options = ["rbind", "rprivate", "rw"],
        };
    }

    /// <summary>Done when the last lines of a container that has just failed are in its log, if they may be its last words.</summary>
    public Task WrittenAsync(Pod pod, ContainerRun run, int exitCode, CancellationToken cancel) =>
        exitCode != 0 && ContainerRules.Find(pod.Spec!, run.Name) is { TerminationMessagePolicy: FallbackToLogs }
            ? LogLock.ReleasedAsync(LogOf(pod, run), cancel) : Task.CompletedTask;

    /// <summary>The memory, with the last words of every container that has ended since the one before.</summary>
    public PodMemory Note(Pod pod, PodMemory before, PodMemory after)
    {
        foreach (ContainerRun run in after.Runs.Values.ToArray())
            if (run is { Phase: RunPhase.Exited, Ended: { Message: null } ended } && before.Run(run.Name)?.Ended != ended
                && ContainerRules.Find(pod.Spec!, run.Name) is { } container && Read(pod, container, run) is { Length: > 0 } message)
                after = after.With(run with { Ended = ended with { Message = message } });
        return after;
    }

    private string? Read(Pod pod, Container container, ContainerRun run)
    {
        try
        {
            string text = Encoding.UTF8.GetString(Tail(PathOf(pod, container.Name!, run.Id), MaxFileBytes));
            if (text.Length > 0 || container.TerminationMessagePolicy != FallbackToLogs || run.Ended!.ExitCode == 0)
                return text;
            return LogTailOf(Encoding.UTF8.GetString(Tail(LogOf(pod, run), LogTail)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The container, or somebody cleaning up, took the file away: no words then.
            return null;
        }
    }

    /// <summary>The content of the last lines of a log in CRI's form (time, stream, P or F, text).</summary>
    internal static string LogTailOf(string log)
    {
        StringBuilder text = new();
        foreach (string line in log.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(' ', 4);
            if (parts.Length < 4 || parts[2].Length != 1)
                continue;   // cut in the middle by the limit
            text.Append(parts[3]);
            if (parts[2] == "F")
                text.Append('\n');
        }
        byte[] last = Encoding.UTF8.GetBytes(string.Join('\n', text.ToString().Split('\n').TakeLast(MaxLogLines + 1)));
        return Encoding.UTF8.GetString(last.AsSpan(Math.Max(0, last.Length - MaxLogBytes)));
    }

    private static byte[] Tail(string path, int most)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(Math.Max(0, file.Length - most), SeekOrigin.Begin);
        byte[] content = new byte[most];
        return content[..file.ReadAtLeast(content, most, throwOnEndOfStream: false)];
    }

    private string LogOf(Pod pod, ContainerRun run) => Path.Combine(
        options.PodLogs(pod.Metadata!.Namespace!, pod.Metadata.Name!, pod.Metadata.Uid!), run.Name, $"{run.RestartCount}.log");

    private string PathOf(Pod pod, string container, string id) => Path.Combine(DirectoryOf(options, pod, container), id[..12]);

    public static string DirectoryOf(NodeOptions options, Pod pod, string container) =>
        Path.Combine(options.PodDirectory(pod.Metadata!.Uid!), "containers", container);
}
