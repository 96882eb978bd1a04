namespace Pods.House.Tests;

internal static class House
{
    /// <summary>Fails with one line for each place where a rule is broken.</summary>
    public static void Expect(string rule, IEnumerable<string> broken)
    {
        string[] lines = [.. broken];
        Assert.True(lines.Length == 0, $"{rule}:\n{string.Join('\n', lines)}");
    }
}
