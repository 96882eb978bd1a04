using System.Buffers.Binary;
using System.Net.Sockets;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Stands between podsd and containerd and counts podsd's calls: at the one that a test has named, podsd is killed.</summary>
internal sealed class CallRelay(string path, string target) : SocketRelay(new UnixDomainSocketEndPoint(path), target)
{
    // RFC 9113, sections 3.4, 4.1, 4.2 and 6.2; neither side asks for frames that are longer than the usual.
    private const int PrefaceLength = 24, FrameHeaderLength = 9, LongestFrame = 1 << 14, HeadersFrame = 1;

    private readonly Lock _gate = new();
    private int _callsLeft = int.MaxValue;   // guarded by _gate, as is all below
    private bool _isCallMade;
    private Func<int>? _victim;

    public string Path => path;

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

    protected override async Task SendAsync(Socket client, Socket server, CancellationToken cancel)
    {
        using NetworkStream from = new(client, ownsSocket: false), to = new(server, ownsSocket: false);
        byte[] frame = new byte[FrameHeaderLength + LongestFrame];
        try
        {
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
        finally
        {
            // podsd is dead: nobody waits for what containerd still has to say.
            client.Close();
            server.Close();
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
}
