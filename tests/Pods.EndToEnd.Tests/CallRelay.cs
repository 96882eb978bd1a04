using System.Buffers.Binary;
using System.Net.Sockets;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Stands between podsd and containerd and counts podsd's calls: at the one that a test has named, podsd is killed.</summary>
internal sealed class CallRelay : IAsyncDisposable
{
    private const int PrefaceLength = 24, FrameHeaderLength = 9, HeadersFrame = 1;   // RFC 9113, sections 3.4, 4.1 and 6.2

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stopping = new();
    private readonly string _target;
    private readonly Lock _gate = new();
    private readonly Task _accepting;
    private int _callsLeft = int.MaxValue;   // guarded by _gate, as is all below
    private bool _isCallMade;
    private Func<int>? _victim;

    public CallRelay(string path, string target)
    {
        (Path, _target) = (path, target);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public string Path { get; }

    /// <param name="call">Which one from now on, counted from one.</param>
    /// <param name="isCallMade">Whether containerd still gets that call.</param>
    /// <param name="victim">The pid to kill then.</param>
    public void KillAt(int call, bool isCallMade, Func<int> victim)
    {
        lock (_gate)
            (_callsLeft, _isCallMade, _victim) = (call, isCallMade, victim);
    }

    /// <returns>False when it has killed already.</returns>
    public bool Spare()
    {
        lock (_gate)
        {
            bool hasSpared = _callsLeft > 0;
            _callsLeft = int.MaxValue;
            return hasSpared;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
                open.Add(RelayAsync(await _listener.AcceptAsync(_stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using Socket server = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (client)
        {
            try
            {
                await server.ConnectAsync(new UnixDomainSocketEndPoint(_target), _stopping.Token);
                using CancellationTokenSource one = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                await Task.WhenAny(SendCallsAsync(client, server, one.Token), CopyAsync(server, client, one.Token));
                await one.CancelAsync();
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // One side is gone, or the test is over.
            }
        }
    }

    private async Task SendCallsAsync(Socket client, Socket server, CancellationToken cancel)
    {
        using NetworkStream from = new(client, ownsSocket: false), to = new(server, ownsSocket: false);
        byte[] frame = new byte[FrameHeaderLength + (1 << 24)];
        await from.ReadExactlyAsync(frame.AsMemory(0, PrefaceLength), cancel);
        await to.WriteAsync(frame.AsMemory(0, PrefaceLength), cancel);
        while (true)
        {
            await from.ReadExactlyAsync(frame.AsMemory(0, FrameHeaderLength), cancel);
            int length = (int)(BinaryPrimitives.ReadUInt32BigEndian(frame) >> 8);
            await from.ReadExactlyAsync(frame.AsMemory(FrameHeaderLength, length), cancel);
            if (frame[3] == HeadersFrame && Strike())
                return;
            await to.WriteAsync(frame.AsMemory(0, FrameHeaderLength + length), cancel);
        }
    }

    /// <returns>Whether the call ends here.</returns>
    private bool Strike()
    {
        lock (_gate)
        {
            if (--_callsLeft != 0)
                return false;
            Native.Kill(_victim!());
            return !_isCallMade;
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken cancel)
    {
        byte[] buffer = new byte[16 * 1024];
        while (await from.ReceiveAsync(buffer, cancel) is var count and > 0)
            await to.SendAsync(buffer.AsMemory(0, count), cancel);
    }
}
