using System.Globalization;
using System.Runtime.InteropServices;

namespace Pods.Linux;

/// <summary>Signals by number, name and receiver.</summary>
public static class Signals
{
    public const int SIGHUP = 1;
    public const int SIGINT = 2;
    public const int SIGQUIT = 3;
    public const int SIGKILL = 9;
    public const int SIGUSR1 = 10;
    public const int SIGTERM = 15;
    public const int SIGCONT = 18;
    public const int SIGSTOP = 19;
    public const int SIGURG = 23;

    // In the order of their numbers, from 1; the same on x86-64 and arm64.
    private static readonly string[] Names =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    public static void Send(int pid, int signal)
    {
        if (!TrySend(pid, signal)) throw new LinuxException("kill", Errno.ESRCH, $"pid {pid}");
    }

    /// <returns>False if there is no such process.</returns>
    public static bool TrySend(int pid, int signal)
    {
        if (LibC.kill(pid, signal) == 0) return true;
        return Marshal.GetLastPInvokeError() == Errno.ESRCH ? false : throw LinuxException.Last("kill", $"pid {pid}");
    }

    /// <returns>False if the group is empty.</returns>
    public static bool TrySendToGroup(int group, int signal) => TrySend(-group, signal);

    /// <summary>Understands 15, TERM and SIGTERM, and RTMIN+n for the real-time ones.</summary>
    public static bool TryParse(string text, out int signal)
    {
        const int firstRealTime = 34, last = 64;
        string name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal)) name = name[3..];
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out signal)) return signal is > 0 and <= last;
        if (name.StartsWith("RTMIN", StringComparison.Ordinal))
        {
            int above = 0;
            bool plain = name.Length == 5;
            signal = firstRealTime;
            if (!plain && (name[5] != '+' || !int.TryParse(name[6..], NumberStyles.None, CultureInfo.InvariantCulture, out above))) return false;
            signal += above;
            return signal <= last;
        }
        signal = Array.IndexOf(Names, name) + 1;
        return signal > 0;
    }
}
