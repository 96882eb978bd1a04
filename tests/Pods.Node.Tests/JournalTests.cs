using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Pods.Daemon;
using Pods.Manifests;
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
    public void Event_of_a_container_has_its_pod_its_name_and_the_reason_as_fields()
    {
        ObjectReference about = new() { Kind = "Pod", Namespace = "shop", Name = "web", Uid = Uid, FieldPath = "spec.containers{app}" };

        Dictionary<string, string> fields = Logged(log => Journal.Log(log, Event(about, "Warning")));

        Assert.Equal(("pod shop/web: BackOff: again and again", "4"), (fields["MESSAGE"], fields["PRIORITY"]));
        Assert.Equal(("web", "shop", Uid), (fields["POD_NAME"], fields["POD_NAMESPACE"], fields["POD_UID"]));
        Assert.Equal(("app", "BackOff"), (fields["CONTAINER_NAME"], fields["EVENT_REASON"]));
    }

    [Fact]
    public void Event_of_another_object_is_no_pods()
    {
        Dictionary<string, string> fields = Logged(log => Journal.Log(log, Event(new() { Kind = "Deployment", Namespace = "shop", Name = "web" }, "Normal")));

        Assert.Equal(("deployment shop/web: BackOff: again and again", "6"), (fields["MESSAGE"], fields["PRIORITY"]));
        Assert.DoesNotContain(fields.Keys, key => key.StartsWith("POD_"));
    }

    private static ObjectEvent Event(ObjectReference about, string type) => new()
    {
        Metadata = new(), InvolvedObject = about, Reason = "BackOff", Message = "again and again", Type = type,
    };

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
