using System.Globalization;

namespace Pods.Linux;

/// <summary>How readily the kernel ends a process when memory is short: −1000 never, 1000 first.</summary>
public static class OomScore
{
    private const int Highest = 1000;

    public static int Read(int pid) => int.Parse(File.ReadAllText(PathOf(pid)), CultureInfo.InvariantCulture);

    /// <returns>False if lowering it is not permitted (no CAP_SYS_RESOURCE).</returns>
    public static bool TryWrite(int pid, int score)
    {
        try
        {
            File.WriteAllText(PathOf(pid), score.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>A shim goes one step before the process that started it: it can be replaced, the daemon cannot.</summary>
    public static void RaiseForShim(int shim) => TryWrite(shim, Math.Min(Read(Environment.ProcessId) + 1, Highest));

    private static string PathOf(int pid) => $"/proc/{pid}/oom_score_adj";
}
