using System.ComponentModel;
using System.Diagnostics;
using Pods.Linux;

namespace Pods.Cli.Doctor;

/// <summary>The machine as the checks see it: its files below a root (tests have their own), its programs and what they say.</summary>
internal sealed class Machine(string root, IReadOnlyList<string> programDirectories)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Where systemd's services find programs, which a user's PATH may lack.</summary>
    public static Machine Real { get; } = new("/", ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]);

    public string At(string path) => Path.Combine(root, path.TrimStart('/'));

    public bool HasFile(string path) => File.Exists(At(path));

    /// <summary>Null when there is no such file, or none for us.</summary>
    public string? Read(string path)
    {
        try
        {
            return File.ReadAllText(At(path)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Names only; empty when there is no such directory, or none for us.</summary>
    public IReadOnlyList<string> List(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(At(directory)).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>No process in it nor below it; false when it cannot be told.</summary>
    public bool IsEmptyCgroup(string directory)
    {
        if (Read($"{directory}/cgroup.events") is { } events)
            return events.Contains("populated 0", StringComparison.Ordinal);
        try
        {
            return Directory.EnumerateFiles(At(directory), "cgroup.procs", SearchOption.AllDirectories)
                .All(file => File.ReadAllText(file).Length == 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public string? FindProgram(string name) => programDirectories.Select(d => Path.Combine(At(d), name)).FirstOrDefault(File.Exists);

    /// <summary>Whether somebody keeps the clock; null when the kernel does not say.</summary>
    public bool? IsClockKept { get; init; } = WallClock.IsSynchronised();

    /// <summary>The first line of what `PROGRAM --version` prints; null when it cannot be run.</summary>
    public static async Task<string?> VersionOfAsync(string program, CancellationToken cancel) =>
        await RunAsync(program, ["--version"], cancel) is { ExitCode: 0 } run ? run.Output.Split('\n')[0].Trim() : null;

    /// <summary>Null when it cannot be run, or does not come to an end.</summary>
    public static async Task<ProgramRun?> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancel)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
        try
        {
            ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new(process.ExitCode, await output, await error);
        }
        catch (Exception e) when (e is Win32Exception || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }
}
