using System.Diagnostics;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>
/// A user's shell in a directory of their own, with <c>pods</c> on PATH: lines are run as they are printed in the help, in a network
/// namespace that no other program's ports are in.
/// </summary>
public sealed class ExampleShell(PodsDaemon podsd) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ScratchDirectory _home = new();

    public void Dispose() => _home.Dispose();

    public string File(string name) => _home.File(name);

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File(name))!);
        System.IO.File.WriteAllText(File(name), text);
    }

    /// <summary>A program of that name for the lines that call one that this machine has not.</summary>
    public void WriteProgram(string name, string script)
    {
        Write("bin/" + name, "#!/bin/sh\n" + script + "\n");
        System.IO.File.SetUnixFileMode(File("bin/" + name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>To its own end.</summary>
    public Task<CommandResult> RunAsync(string line) =>
        Command.RunAsync("unshare", ["--net", "bash", "-c", Script(line)], environment: Environment(), directory: _home.Path, limit: Limit);

    /// <summary>Until it has written what is awaited; then ^C ends it.</summary>
    public async Task<string> RunUntilAsync(string line, string awaited)
    {
        string seen = File(Unique.Id("seen"));
        // Whoever was started in the background of a script ignores ^C, and so would all that it starts.
        DaemonProcess running = DaemonProcess.Start(
            "env", ["--default-signal=INT", "unshare", "--net", "bash", "-c", $"cd {_home.Path}; {Script("exec " + line)}"], seen, Environment());
        try
        {
            await Eventually.True(() => running.HasExited || running.Log.Contains(awaited), $"\"{awaited}\" is shown by: {line}: {seen}", Limit);
            if (running.HasExited)
                throw new InvalidOperationException($"{line}: ended by itself with {running.ExitCode}: {running.Log}");
            Native.Kill(running.Pid, "INT");
            await Eventually.True(() => running.HasExited, $"{line} ends on ^C", Limit);
            return running.Log;
        }
        finally
        {
            await running.StopAsync();
        }
    }

    /// <summary>On a terminal, where <paramref name="typed"/> is typed once something is shown.</summary>
    public async Task<CommandResult> TypeAsync(string line, string typed)
    {
        string screen = File(Unique.Id("screen"));
        ProcessStartInfo start = new("/bin/sh")
        {
            WorkingDirectory = _home.Path,
            RedirectStandardInput = true,
            ArgumentList = { "-c", "exec script -qefc \"$1\" \"$2\" > /dev/null 2>&1", "sh", line, screen },
        };
        foreach (var (name, value) in Environment())
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        try
        {
            await Eventually.True(() => process.HasExited || Shown(screen) is var s && (s.Contains('#') || s.Contains("command prompt")), $"a prompt is shown by: {line}", Limit);
            await process.StandardInput.WriteAsync(typed);
            await process.StandardInput.FlushAsync();
            await Eventually.True(() => process.HasExited, $"{line} ends: {Shown(screen)}", Limit);
            return new(line, process.ExitCode, Shown(screen), "");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    /// <summary>What the terminal shows, without what script(1) says itself.</summary>
    private static string Shown(string screen) => !System.IO.File.Exists(screen) ? ""
        : string.Join('\n', System.IO.File.ReadAllText(screen).Split('\n').Where(l => !l.StartsWith("Script ", StringComparison.Ordinal)));

    private static string Script(string line) => "ip link set lo up\n" + line;

    private Dictionary<string, string> Environment() => new()
    {
        ["HOME"] = _home.Path,
        ["PODS_SOCKET"] = podsd.File("podsd.sock"),
        ["PATH"] = $"{_home.File("bin")}:{Repository.Bin}:{System.Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin",
        ["TERM"] = "xterm",
        ["LC_ALL"] = "C.UTF-8",
    };
}
