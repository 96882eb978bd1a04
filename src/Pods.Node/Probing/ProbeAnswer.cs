namespace Pods.Node;

/// <summary>What one question brought: good or not, and the words for the log.</summary>
/// <param name="WasAnswered">Whether anybody answered at all.</param>
public sealed record ProbeAnswer(bool IsGood, string Output, bool WasAnswered = true)
{
    public static ProbeAnswer Good { get; } = new(true, "");
}
