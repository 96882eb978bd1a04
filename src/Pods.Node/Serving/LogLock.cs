namespace Pods.Node;

/// <summary>
/// Whether more may come into a log: the shim shares the file's lock, flock(2), for as long as it writes to it, and it writes for some
/// fifty milliseconds after a container has ended. An older shim takes no lock, and is not waited for.
/// </summary>
internal static class LogLock
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    /// <summary>A process that the container has left behind may hold its output open: no reader waits for it longer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>Done when the last line is in the log, or the time is up.</summary>
    public static async Task ReleasedAsync(string path, CancellationToken cancel)
    {
        for (TimeSpan waited = TimeSpan.Zero; waited < Longest && IsShared(path); waited += LookAgain)
            await Task.Delay(LookAgain, cancel);
    }

    private static bool IsShared(string path)
    {
        try
        {
            // Nobody beside us: the lock for ourselves alone.
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.None);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
