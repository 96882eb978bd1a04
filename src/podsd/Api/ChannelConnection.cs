using System.Net.WebSockets;
using System.Text.Json;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>
/// The streams of one process over a WebSocket, subprotocols v5 and v4.channel.k8s.io: each binary message begins with its channel,
/// 0 stdin, 1 stdout, 2 stderr, 3 the final Status, 4 terminal size, 255 "this channel ends" (v5).
/// </summary>
internal sealed class ChannelConnection(WebSocket socket, IProcessStreams process)
{
    private const byte Output = 1, Errors = 2, Final = 3;
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _sending = new(1, 1);

    public async Task RunAsync(CancellationToken aborted)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        Task input = ReceiveAsync(ending);
        try
        {
            Task<int> exit = process.WaitAsync(ending.Token);
            await Task.WhenAll(
                CopyAsync(Output, process.ReadOutputAsync, ending.Token), CopyAsync(Errors, process.ReadErrorAsync, ending.Token), exit);
            byte[] status = JsonSerializer.SerializeToUtf8Bytes(StatusOf(await exit), KubernetesJson.Default.ApiStatus);
            await SendAsync(Final, status, ending.Token);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ending.Token);
            // The client answers with its own close; a connection cut before that could lose what was just sent.
            await Task.WhenAny(input, Task.Delay(CloseLimit, ending.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The client has gone: the command is killed when the process is disposed.
        }
        await ending.CancelAsync();
        await input;
    }

    /// <summary>Says in the place of a process why there is none.</summary>
    public static async Task RefuseAsync(WebSocket socket, string why, CancellationToken aborted)
    {
        ApiStatus status = new() { Metadata = new(), Status = "Failure", Reason = "InternalError", Message = why };
        try
        {
            byte[] message = [Final, .. JsonSerializer.SerializeToUtf8Bytes(status, KubernetesJson.Default.ApiStatus)];
            await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, aborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, aborted).WaitAsync(CloseLimit, aborted);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or TimeoutException)
        {
            // Nobody listens any more.
        }
    }

    private async Task CopyAsync(byte channel, Func<Memory<byte>, CancellationToken, Task<int>> read, CancellationToken cancel)
    {
        byte[] buffer = new byte[32 * 1024];
        while (await read(buffer.AsMemory(1), cancel) is var count and > 0)
            await SendAsync(channel, buffer.AsMemory(1, count), cancel, buffer);
    }

    private async Task ReceiveAsync(CancellationTokenSource ending)
    {
        byte[] buffer = new byte[32 * 1024];
        try
        {
            while (true)
            {
                int length = 0;
                ValueWebSocketReceiveResult got;
                do
                {
                    got = await socket.ReceiveAsync(buffer.AsMemory(length), ending.Token);
                    length += got.Count;
                }
                while (!got.EndOfMessage && length < buffer.Length);
                if (got.MessageType == WebSocketMessageType.Close)
                    break;
                if (length > 0)
                    await HandleAsync(buffer[0], buffer.AsMemory(1, length - 1), ending.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or Containerd.ContainerdException)
        {
            // Either side is done.
        }
        await ending.CancelAsync();
    }

    private Task HandleAsync(byte channel, ReadOnlyMemory<byte> content, CancellationToken cancel) => channel switch
    {
        0 => process.WriteInputAsync(content, cancel),
        4 => ResizeAsync(content, cancel),
        255 when content is { Length: 1 } && content.Span[0] == 0 => process.CloseInputAsync(cancel),
        _ => Task.CompletedTask,
    };

    private async Task ResizeAsync(ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        try
        {
            using JsonDocument size = JsonDocument.Parse(content);
            await process.ResizeAsync(size.RootElement.GetProperty("Width").GetInt32(), size.RootElement.GetProperty("Height").GetInt32(), cancel);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // A size that is none changes nothing.
        }
    }

    private async Task SendAsync(byte channel, ReadOnlyMemory<byte> content, CancellationToken cancel, byte[]? frame = null)
    {
        frame ??= [channel, .. content.Span];
        frame[0] = channel;
        await _sending.WaitAsync(cancel);
        try
        {
            await socket.SendAsync(frame.AsMemory(0, content.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancel);
        }
        finally
        {
            _sending.Release();
        }
    }

    private static ApiStatus StatusOf(int code) => code == 0
        ? new() { Metadata = new(), Status = "Success" }
        : new()
        {
            Metadata = new(),
            Status = "Failure",
            Reason = "NonZeroExitCode",
            Message = $"command terminated with non-zero exit code: {code}",
            Details = new() { Causes = [new() { Reason = "ExitCode", Message = code.ToString() }] },
        };
}
