using System.Net;

namespace Pods.TestKit;

/// <summary>A port of 127.0.0.1 that leads to a unix socket, for clients that know only TCP.</summary>
public sealed class PortRelay(string target) : SocketRelay(new IPEndPoint(IPAddress.Loopback, 0), target)
{
    public string Url => $"http://{Address}";
}
