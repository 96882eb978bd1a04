namespace Pods.Cli;

/// <summary>The command failed with a sentence for the user; the exit code says how: 1 failed, 2 wrong usage.</summary>
internal sealed class CliException(string message, int exitCode = CliException.Failed) : Exception(message)
{
    public const int Failed = 1;
    public const int Usage = 2;

    public int ExitCode { get; } = exitCode;
}
