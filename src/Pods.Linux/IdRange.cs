namespace Pods.Linux;

/// <summary>Ids in a row: what they are inside a user namespace, and what they are outside of it.</summary>
public readonly record struct IdRange(uint Inside, uint Outside, uint Count)
{
    /// <summary>As containerd writes it: inside:outside:count.</summary>
    public static IdRange Parse(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length == 3 && uint.TryParse(parts[0], out uint inside) && uint.TryParse(parts[1], out uint outside)
            && uint.TryParse(parts[2], out uint count) && count > 0 && IsWithin(inside, count) && IsWithin(outside, count))
            return new(inside, outside, count);
        throw new ArgumentException($"\"{text}\" is not a range of ids: first inside:first outside:how many");
    }

    public override string ToString() => $"{Inside}:{Outside}:{Count}";

    // The very last id is nobody's: to the kernel it says "leave it as it is".
    private static bool IsWithin(uint first, uint count) => (ulong)first + count <= uint.MaxValue;
}
