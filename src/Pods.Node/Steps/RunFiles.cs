using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// The files that each run of a container leaves: its log, its last words, its streams. A container that fails once a minute for a
/// year has two of each, not half a million.
/// </summary>
internal sealed class RunFiles(NodeServices node)
{
    /// <summary>Of everything before the run that has just ended only what the status shows stays; its own log is for <c>logs -p</c>.</summary>
    public void RemoveOlderThan(Pod pod, ContainerRun ended)
    {
        ObjectMeta meta = pod.Metadata!;
        string logs = Path.Combine(node.Options.PodLogs(meta.Namespace!, meta.Name!, meta.Uid!), ended.Name);
        try
        {
            foreach (string log in Files(logs).Where(file => RunOf(file) < ended.RestartCount))
                File.Delete(log);
            // The last words are in the status since the container ended.
            foreach (string message in Files(TerminationMessages.DirectoryOf(node.Options, pod, ended.Name)))
                File.Delete(message);
            File.Delete(ContainerStreams.InputPath(node.Options, pod, ended.Id));
            if (ContainerStreams.TapDirectory(node.Options, pod, ended.Id) is var taps && Directory.Exists(taps))
                Directory.Delete(taps, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No reason not to start it again: the next run's turn finds them too.
            node.Log($"pod {meta.Uid}: files of earlier runs of container {ended.Name}: {e.Message}");
        }
    }

    private static string[] Files(string directory) => Directory.Exists(directory) ? Directory.GetFiles(directory) : [];

    /// <summary>Which run a log is of, be it one that rotation gave another name (3.log.1).</summary>
    internal static int RunOf(string path) => int.TryParse(Path.GetFileName(path).Split('.')[0], out int run) ? run : int.MaxValue;
}
