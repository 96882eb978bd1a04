using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Cli.Client;

/// <summary>
/// One exec over a WebSocket with subprotocol v5.channel.k8s.io: each binary message begins with its channel,
/// 0 stdin, 1 stdout, 2 stderr, 3 the final status, 4 terminal size, 255 "this channel ends".
/// </summary>
internal sealed class ExecSession
{
    private const string Protocol = "v5.channel.k8s.io";
    private const int StandardInput = 0, StandardOutput = 1, StandardError = 2, FinalStatus = 3, TerminalSize = 4, Close = 255;

    private readonly WebSocket _socket;
    private readonly SemaphoreSlim _sending = new(1, 1);

    private ExecSession(WebSocket socket) => _socket = socket;

    /// <returns>The exit code of the command.</returns>
    public static async Task<int> RunAsync(
        PodsClient client, string path, bool stdin, bool tty, TextWriter error, CancellationToken cancel)
    {
        Stream stream = await client.UpgradeAsync(path, Protocol, cancel);
        using WebSocket socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = false, SubProtocol = Protocol });
        ExecSession session = new(socket);
        using IDisposable? raw = tty ? Terminal.MakeRaw(0) : null;
        using PosixSignalRegistration? resize = tty
            ? PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => session.SendSize()) : null;
        if (tty)
            session.SendSize();
        // A read of the terminal cannot be broken off: this one ends with the process.
        Task input = stdin ? session.PumpInputAsync(cancel) : Task.CompletedTask;
        ApiStatus? final = await session.ReceiveAsync(cancel);
        if (input.IsFaulted)
            await input;
        return ExitCode(final, error);
    }

    private async Task<ApiStatus?> ReceiveAsync(CancellationToken cancel)
    {
        await using Stream output = Console.OpenStandardOutput(), errors = Console.OpenStandardError();
        byte[] buffer = new byte[32 * 1024];
        MemoryStream status = new();
        int channel = -1;
        while (true)
        {
            ValueWebSocketReceiveResult got;
            try
            {
                got = await _socket.ReceiveAsync(buffer.AsMemory(), cancel);
            }
            catch (WebSocketException) when (status.Length > 0)
            {
                break;   // the status has come: what follows is only the end of the connection
            }
            if (got.MessageType == WebSocketMessageType.Close)
            {
                await CloseAsync();
                break;
            }
            ReadOnlyMemory<byte> content = buffer.AsMemory(0, got.Count);
            if (channel < 0 && content.Length > 0)
            {
                channel = content.Span[0];
                content = content[1..];
            }
            Stream? target = channel switch { StandardOutput => output, StandardError => errors, FinalStatus => status, _ => null };
            if (target is not null && content.Length > 0)
                await target.WriteAsync(content, cancel);
            if (got.EndOfMessage)
                channel = -1;
        }
        return status.Length == 0 ? null : JsonSerializer.Deserialize(status.ToArray(), KubernetesJson.Default.ApiStatus);
    }

    // Answered, so that podsd knows that everything has arrived; if it is gone already, nobody needs the answer.
    private async Task CloseAsync()
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (Exception e) when (e is WebSocketException or IOException)
        {
            // The other side did not wait.
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task PumpInputAsync(CancellationToken cancel)
    {
        await using Stream input = Console.OpenStandardInput();
        byte[] buffer = new byte[16 * 1024];
        buffer[0] = StandardInput;
        while (await Task.Run(() => input.Read(buffer, 1, buffer.Length - 1), cancel) is var count and > 0)
            await SendAsync(buffer.AsMemory(0, count + 1), cancel);
        await SendAsync(new byte[] { Close, StandardInput }, cancel);
    }

    private void SendSize()
    {
        var (columns, rows) = Terminal.Size(0);
        byte[] message = [TerminalSize, .. Encoding.UTF8.GetBytes($$"""{"Width":{{columns}},"Height":{{rows}}}""")];
        // A resize that cannot be sent any more does not matter: the session is over.
        _ = SendAsync(message, CancellationToken.None).ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        await _sending.WaitAsync(cancel);
        try
        {
            if (_socket.State == WebSocketState.Open)
                await _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancel);
        }
        finally
        {
            _sending.Release();
        }
    }

    private static int ExitCode(ApiStatus? final, TextWriter error)
    {
        if (final is null)
            throw new CliException("error: the connection to podsd ended before the command did");
        if (final.Status == "Success")
            return 0;
        StatusCause? cause = final.Details?.Causes?.FirstOrDefault(c => c.Reason == "ExitCode");
        if (final.Reason == "NonZeroExitCode" && int.TryParse(cause?.Message, out int code))
        {
            error.WriteLine($"command terminated with exit code {code}");
            return code;
        }
        throw new CliException($"error: {final.Message}");
    }
}
