namespace Pods.Cli;

/// <summary>Where a command writes and reads; tests give it their own.</summary>
internal sealed record Terminals(TextWriter Output, TextWriter Error, bool IsOutputTerminal)
{
    public static Terminals Standard() => new(Console.Out, Console.Error, !Console.IsOutputRedirected);
}
