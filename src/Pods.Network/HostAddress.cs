using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Pods.Network;

/// <summary>
/// The machine's own IPv4 address, as pods see it in <c>status.hostIP</c>: the one that the kernel sends from on the default route. A
/// machine may start before its network and move to another, so it is looked for anew when the answer is older than ten seconds; where
/// nothing is found the last answer stays, at first the loopback address.
/// </summary>
public sealed class HostAddress
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(10);
    // A documentation address (RFC 5737): only a default route leads there. Connecting a datagram socket sends nothing.
    private static readonly IPEndPoint Elsewhere = new(IPAddress.Parse("203.0.113.1"), 9);
    private readonly TimeProvider _time;
    private readonly Func<IPAddress?> _look;
    private readonly Lock _lock = new();
    private string _address = IPAddress.Loopback.ToString();
    private long? _lookedAt;

    public HostAddress(TimeProvider time) : this(time, () => OnDefaultRoute() ?? OfAnyInterface())
    {
    }

    internal HostAddress(TimeProvider time, Func<IPAddress?> look) => (_time, _look) = (time, look);

    public string Current
    {
        get
        {
            lock (_lock)
            {
                if (_lookedAt is { } last && _time.GetElapsedTime(last) < GoodFor)
                    return _address;
                _lookedAt = _time.GetTimestamp();
                return _address = _look()?.ToString() ?? _address;
            }
        }
    }

    internal static IPAddress? OnDefaultRoute()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(Elsewhere);
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return null;   // no default route, or one that forbids
        }
    }

    /// <summary>For a machine without a default route. .NET throws where an interface, a pod's for one, goes while it lists them.</summary>
    private static IPAddress? OfAnyInterface()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(i => i.GetIPProperties().UnicastAddresses)
                .FirstOrDefault(a => a.Address.AddressFamily == AddressFamily.InterNetwork)?.Address;
        }
        catch (NetworkInformationException)
        {
            return null;
        }
    }
}
