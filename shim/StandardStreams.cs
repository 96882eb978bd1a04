namespace Pods.Shim;

/// <summary>How the commands that containerd runs, `start`, `delete` and `-info`, are asked and answer.</summary>
internal static class StandardStreams
{
    // The daemon sends options of some hundred bytes; its own shim reads no more than this either.
    private const int MaxInput = 10 << 20;

    /// <summary>To the end of what the daemon sent, which may be nothing.</summary>
    public static async Task<byte[]> ReadInputAsync()
    {
        using MemoryStream input = new();
        await using Stream standardInput = Console.OpenStandardInput();
        byte[] buffer = new byte[4096];
        while (await standardInput.ReadAsync(buffer) is > 0 and int count)
        {
            if (input.Length + count > MaxInput)
                throw new ArgumentException($"more than {MaxInput} bytes on standard input");
            input.Write(buffer, 0, count);
        }
        return input.ToArray();
    }

    public static async Task WriteAsync(ReadOnlyMemory<byte> answer)
    {
        await using Stream output = Console.OpenStandardOutput();
        await output.WriteAsync(answer);
    }
}
