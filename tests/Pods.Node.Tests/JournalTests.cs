using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Pods.Daemon;
using Pods.TestKit;

namespace Pods.Node.Tests;

/// <summary>What podsd sends to systemd's journal.</summary>
public sealed class JournalTests : IDisposable
{
    private const string Uid = "fff26146-2d15-43e3-abaa-ced09b5f95c0";

    private readonly ScratchDirectory _scratch = new();
    private readonly Socket _receiver = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public JournalTests() => _receiver.Bind(new UnixDomainSocketEndPoint(_scratch.File("journal")));

    public void Dispose()
    {
        _receiver.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void Line_about_a_pod_has_its_uid_as_a_field()
    {
        Dictionary<string, string> fields = Logged(log => log.LogWarning("pod {Uid}: StartContainer: no such file", Uid));

        Assert.Equal($"pod {Uid}: StartContainer: no such file", fields["MESSAGE"]);
        Assert.Equal(("4", "podsd", Uid), (fields["PRIORITY"], fields["SYSLOG_IDENTIFIER"], fields["POD_UID"]));
    }

    [Fact]
    public void Text_with_line_ends_stays_one_message()
    {
        Dictionary<string, string> fields = Logged(log => log.LogError("first\nPRIORITY=0\nlast"));

        Assert.Equal(("first\nPRIORITY=0\nlast", "3"), (fields["MESSAGE"], fields["PRIORITY"]));
        Assert.False(fields.ContainsKey("POD_UID"));
    }

    private Dictionary<string, string> Logged(Action<ILogger> write)
    {
        using Journal journal = new(_scratch.File("journal"));
        write(journal.CreateLogger("podsd"));
        byte[] buffer = new byte[4096];
        ReadOnlySpan<byte> rest = buffer.AsSpan(0, _receiver.Receive(buffer));
        Dictionary<string, string> fields = [];
        while (rest.Length > 0)
        {
            int name = rest.IndexOf((byte)'\n'), length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest[(name + 1)..]);
            fields[Encoding.ASCII.GetString(rest[..name])] = Encoding.UTF8.GetString(rest.Slice(name + 9, length));
            rest = rest[(name + 9 + length + 1)..];
        }
        return fields;
    }
}
