namespace Pods.Cli;

/// <summary>Where a command writes and reads; tests give it their own.</summary>
internal sealed record Terminals(TextWriter Output, TextWriter Error, bool IsOutputTerminal)
{
    /// <summary>For what is not ours to read as text.</summary>
    public Stream OpenOutput()
    {
        Output.Flush();
        return Console.OpenStandardOutput();
    }

    public static Terminals Standard() => new(Console.Out, Console.Error, !Console.IsOutputRedirected);
}
