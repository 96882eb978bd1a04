namespace Pods.Cli.Doctor;

/// <summary>How a program that a check ran has ended.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    /// <summary>The last line of what it complained about, which is where programs say what was wrong.</summary>
    public string Complaint => Error.Trim() is { Length: > 0 } error ? error.Split('\n')[^1] : $"exit {ExitCode}";
}
