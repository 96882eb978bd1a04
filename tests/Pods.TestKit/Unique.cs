namespace Pods.TestKit;

/// <summary>Names that no other test, and no other run, uses.</summary>
public static class Unique
{
    public static string Id(string prefix) => $"{prefix}-{Guid.NewGuid().ToString("N")[..8]}";
}
