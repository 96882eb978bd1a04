using System.Diagnostics;

namespace Pods.TestKit;

/// <summary>The few kernel calls of the tests, made through the machine's own tools.</summary>
public static class Native
{
    /// <summary>Unmounts lazily: a leftover user must not keep a scratch directory alive.</summary>
    public static void Unmount(string path) => Run("umount", "-l", path);

    /// <summary>Sends a signal to a process that the test started; one that is gone already is no error.</summary>
    public static void Kill(int pid, string signal = "KILL") => Run("kill", "-" + signal, pid.ToString());

    private static void Run(string file, params string[] arguments)
    {
        ProcessStartInfo start = new(file, arguments) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
    }
}
