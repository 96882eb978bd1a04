using System.Text;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Runs a command in the container: one exec of the runtime.</summary>
internal static class ExecProbe
{
    private const int MaxOutput = 10 << 10;

    public static async Task<ProbeAnswer> AskAsync(
        NodeServices node, StoredPod stored, Container container, ExecAction action, CancellationToken cancel)
    {
        ExecRequest request = new() { Container = container.Name, Command = action.Command ?? [] };
        try
        {
            await using ExecProcess process = await ExecProcess.StartAsync(node, stored, request, cancel);
            // A child that keeps the pipe open must not hold up the answer: the command's own end counts.
            using CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            StringBuilder output = new();
            Task[] readers = [ReadAsync(process.ReadOutputAsync, output, reading.Token), ReadAsync(process.ReadErrorAsync, output, reading.Token)];
            int code = await process.WaitAsync(cancel);
            await Task.WhenAny(Task.WhenAll(readers), Task.Delay(TimeSpan.FromMilliseconds(100), cancel));
            await reading.CancelAsync();
            await Task.WhenAll(readers);
            return code == 0 ? ProbeAnswer.Good : new(false, Sentence(action, code, output));
        }
        catch (NodeException e)
        {
            return new(false, e.Message);
        }
    }

    private static string Sentence(ExecAction action, int code, StringBuilder output)
    {
        string text;
        lock (output)
            text = output.ToString().TrimEnd();
        return text.Length > 0 ? text : $"command '{string.Join(' ', action.Command ?? [])}' exited with {code}";
    }

    private static async Task ReadAsync(Func<Memory<byte>, CancellationToken, Task<int>> read, StringBuilder output, CancellationToken cancel)
    {
        byte[] buffer = new byte[1024];
        try
        {
            for (int got; (got = await read(buffer, cancel)) > 0;)
                lock (output)
                    if (output.Length < MaxOutput)
                        output.Append(Encoding.UTF8.GetString(buffer, 0, got));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Enough was read, or the command is gone.
        }
    }
}
