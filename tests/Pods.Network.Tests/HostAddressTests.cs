using System.Net;
using System.Net.Sockets;

namespace Pods.Network.Tests;

public sealed class HostAddressTests
{
    [Fact]
    public void Address_is_one_of_the_machine_s_own()
    {
        HostAddress address = new(TimeProvider.System);
        // That it can be bound proves it local, whatever the machine's routes are.
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address.Current), 0));
        if (HostAddress.OnDefaultRoute() is { } expected)
            Assert.Equal(expected.ToString(), address.Current);
    }

    [Fact]
    public void Address_is_looked_for_again_after_ten_seconds_and_a_look_that_finds_nothing_keeps_the_last()
    {
        Clock clock = new();
        IPAddress? found = null;
        int looks = 0;
        HostAddress address = new(clock, () =>
        {
            looks++;
            return found;
        });
        Assert.Equal("127.0.0.1", address.Current);

        found = IPAddress.Parse("198.51.100.7");
        clock.Seconds = 9;
        Assert.Equal("127.0.0.1", address.Current);
        Assert.Equal(1, looks);
        clock.Seconds = 10;
        Assert.Equal("198.51.100.7", address.Current);

        found = null;
        clock.Seconds = 20;
        Assert.Equal("198.51.100.7", address.Current);
        Assert.Equal(3, looks);
    }

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }
        public override long TimestampFrequency => 1;
        public override long GetTimestamp() => Seconds;
    }
}
