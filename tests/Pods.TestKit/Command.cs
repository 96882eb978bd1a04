using System.Diagnostics;

namespace Pods.TestKit;

/// <summary>How a program ended and what it wrote.</summary>
public sealed record CommandResult(string CommandLine, int ExitCode, string Output, string Error)
{
    public CommandResult Succeeded() =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"{CommandLine}: exit {ExitCode}\n{Output}{Error}");
}

/// <summary>Runs a program to its end.</summary>
public static class Command
{
    /// <summary>Output goes to files: a container that the program starts must not hold a pipe that we wait on.</summary>
    public static async Task<CommandResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        string? input = null,
        IDictionary<string, string>? environment = null,
        string? directory = null,
        TimeSpan? limit = null)
    {
        string stem = Path.Combine(Path.GetTempPath(), "pt-cmd-" + Guid.NewGuid().ToString("N")[..12]);
        string output = stem + ".out", error = stem + ".err", standardInput = stem + ".in";
        string[] words = [file, .. arguments];
        try
        {
            await File.WriteAllTextAsync(standardInput, input ?? "");
            ProcessStartInfo start = new("/bin/sh")
            {
                WorkingDirectory = directory ?? "",
                ArgumentList = { "-c", "exec \"$@\" <\"$PT_IN\" >\"$PT_OUT\" 2>\"$PT_ERR\"", "sh" },
            };
            foreach (string word in words)
                start.ArgumentList.Add(word);
            foreach (var (name, value) in environment ?? new Dictionary<string, string>())
                start.Environment[name] = value;
            (start.Environment["PT_IN"], start.Environment["PT_OUT"], start.Environment["PT_ERR"]) = (standardInput, output, error);
            int code = await RunToEndAsync(start, Patience.For(limit ?? TimeSpan.FromSeconds(60)), string.Join(' ', words), output, error);
            return new(string.Join(' ', words), code, Read(output), Read(error));
        }
        finally
        {
            File.Delete(standardInput);
            File.Delete(output);
            File.Delete(error);
        }
    }

    private static async Task<int> RunToEndAsync(ProcessStartInfo start, TimeSpan limit, string line, string output, string error)
    {
        using Process process = Process.Start(start)!;
        using CancellationTokenSource timer = new(limit);
        try
        {
            await process.WaitForExitAsync(timer.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{line}: still running after {limit.TotalSeconds} s\n{Read(output)}{Read(error)}");
        }
        return process.ExitCode;
    }

    private static string Read(string path) => File.Exists(path) ? File.ReadAllText(path) : "";
}
