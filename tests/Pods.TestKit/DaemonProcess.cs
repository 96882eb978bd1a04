using System.Diagnostics;

namespace Pods.TestKit;

/// <summary>A long-running program that a test started: its log in a file, its end by pid.</summary>
public sealed class DaemonProcess
{
    private readonly Process _process;
    private readonly string _logPath;

    private DaemonProcess(Process process, string logPath) => (_process, _logPath) = (process, logPath);

    public int Pid => _process.Id;
    public bool HasExited => _process.HasExited;
    public int ExitCode => _process.ExitCode;
    public string Log => File.Exists(_logPath) ? File.ReadAllText(_logPath) : "";

    public static DaemonProcess Start(
        string file, IEnumerable<string> arguments, string logPath, IDictionary<string, string>? environment = null)
    {
        // The shell only redirects, then becomes the program: the pid is the program's own.
        ProcessStartInfo start = new("/bin/sh")
        {
            ArgumentList = { "-c", "exec \"$@\" </dev/null >>\"$PT_LOG\" 2>&1", "sh", file },
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        start.Environment["PT_LOG"] = logPath;
        return new(Process.Start(start)!, logPath);
    }

    /// <summary>SIGKILL, as a crash; returns when the process is gone.</summary>
    public Task KillAsync() => EndAsync("KILL");

    /// <summary>SIGTERM, as an orderly stop; SIGKILL when it does not obey within ten seconds.</summary>
    public async Task StopAsync()
    {
        try
        {
            await EndAsync("TERM");
        }
        catch (TimeoutException)
        {
            await KillAsync();
        }
    }

    private async Task EndAsync(string signal)
    {
        if (!_process.HasExited)
            Native.Kill(_process.Id, signal);
        await Eventually.True(() => _process.HasExited, $"process {_process.Id} ends on SIG{signal}");
    }
}
