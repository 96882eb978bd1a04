using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Pods.Manifests;

namespace Pods.Daemon;

/// <summary>
/// Logs to systemd's journal in its own protocol where podsd's output goes there anyway: with a priority, and with fields that say
/// which pod a line is about (<c>journalctl -u podsd POD_NAME=…</c>).
/// </summary>
internal sealed partial class Journal(string socket) : ILoggerProvider
{
    private const string Own = "/run/systemd/journal/socket";

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint _address = new(socket);

    /// <summary>Null unless standard error is the journal's: a service's, and nobody has redirected it.</summary>
    public static Journal? OfStandardError()
    {
        string[] stream = (Environment.GetEnvironmentVariable("JOURNAL_STREAM") ?? "").Split(':');
        string? error = new FileInfo("/proc/self/fd/2").LinkTarget;
        return stream is [_, var inode] && error == $"socket:[{inode}]" && File.Exists(Own) ? new(Own) : null;
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose() => _socket.Dispose();

    /// <summary>An event of the API as a line; a reason to worry is a warning.</summary>
    public static void Log(ILogger logger, ObjectEvent happened) =>
        logger.Log(happened.Type == ObjectEvent.Warning ? LogLevel.Warning : LogLevel.Information, default, happened, null, (e, _) =>
            $"{e.InvolvedObject?.Kind?.ToLowerInvariant()} {e.InvolvedObject?.Namespace}/{e.InvolvedObject?.Name}: {e.Reason}: {e.Message}");

    private void Send(LogLevel level, string message, ObjectEvent? happened)
    {
        using MemoryStream datagram = new();
        Add(datagram, "MESSAGE", message);
        Add(datagram, "PRIORITY", Priority(level));
        Add(datagram, "SYSLOG_IDENTIFIER", "podsd");
        if (PodUid().Match(message) is { Success: true } found)
            Add(datagram, "POD_UID", found.Groups[1].Value);
        foreach (var (name, value) in Fields(happened))
            Add(datagram, name, value);
        try
        {
            _socket.SendTo(datagram.ToArray(), _address);
        }
        catch (SocketException)
        {
            // journald is being restarted, or the line is too long for it: the plain way still works.
            Console.Error.WriteLine(message);
        }
    }

    private static IEnumerable<(string Name, string Value)> Fields(ObjectEvent? happened)
    {
        if (happened?.InvolvedObject is not { } about)
            yield break;
        yield return ("EVENT_REASON", happened.Reason ?? "");
        if (about.Kind != Pod.ObjectKind)
            yield break;
        yield return ("POD_NAME", about.Name ?? "");
        yield return ("POD_NAMESPACE", about.Namespace ?? "");
        yield return ("POD_UID", about.Uid ?? "");
        if (about.FieldPath is { } path && Container().Match(path) is { Success: true } found)
            yield return ("CONTAINER_NAME", found.Groups[1].Value);
    }

    // A value with line ends is framed by its length; "NAME=value" would end at the first.
    private static void Add(MemoryStream datagram, string name, string value)
    {
        byte[] text = Encoding.UTF8.GetBytes(value);
        datagram.Write(Encoding.ASCII.GetBytes(name + "\n"));
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        datagram.Write(length);
        datagram.Write(text);
        datagram.WriteByte((byte)'\n');
    }

    // syslog's: 2 critical, 3 error, 4 warning, 6 information, 7 debug.
    private static string Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => "2",
        LogLevel.Error => "3",
        LogLevel.Warning => "4",
        LogLevel.Information => "6",
        _ => "7",
    };

    [GeneratedRegex(@"^pod ([0-9a-f]{8}-[0-9a-f-]{27})\b")]
    private static partial Regex PodUid();

    [GeneratedRegex(@"\{(.+)\}$")]
    private static partial Regex Container();

    private sealed class Logger(Journal journal) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            journal.Send(
                logLevel, exception is null ? formatter(state, exception) : $"{formatter(state, exception)}\n{exception}", state as ObjectEvent);
    }
}
