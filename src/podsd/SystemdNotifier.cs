using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Pods.Daemon;

/// <summary>Tells systemd how podsd is (sd_notify(3)); without systemd, nothing.</summary>
internal static class SystemdNotifier
{
    public static void Ready() => Send("READY=1");

    public static void Stopping() => Send("STOPPING=1");

    /// <summary>A sign of life at half the interval that systemd allows; null when it asks for none.</summary>
    public static Timer? StartWatchdog()
    {
        string? text = Environment.GetEnvironmentVariable("WATCHDOG_USEC");
        if (!long.TryParse(text, CultureInfo.InvariantCulture, out long microseconds) || microseconds <= 0)
            return null;
        TimeSpan half = TimeSpan.FromMicroseconds(microseconds / 2.0);
        return new Timer(_ => Send("WATCHDOG=1"), null, half, half);
    }

    private static void Send(string message)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path)
            return;
        // "@" stands for the null byte of an abstract address.
        string address = path.StartsWith('@') ? "\0" + path[1..] : path;
        using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.SendTo(Encoding.UTF8.GetBytes(message), new UnixDomainSocketEndPoint(address));
        }
        catch (SocketException)
        {
            // systemd is gone, or not there: it will see for itself how we are.
        }
    }
}
