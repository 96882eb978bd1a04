using System.Globalization;
using System.Text;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>
/// Lines in the daemon's log, through the fifo `log` of the bundle that the shim was started in. Never blocks and never
/// fails: a daemon that is away or slow loses lines, not containers.
/// </summary>
internal sealed class ShimLog(FileDescriptor? sink, bool isDebug) : IDisposable
{
    public static ShimLog Open(string fifo, bool isDebug)
    {
        try
        {
            // Opening for both never waits for the daemon, and writing never meets a fifo without a reader.
            return new(File.Exists(fifo) ? Fifo.OpenBoth(fifo) : null, isDebug);
        }
        catch (LinuxException)
        {
            return new(null, isDebug);
        }
    }

    public void Debug(string message)
    {
        if (isDebug)
            Write("debug", message);
    }

    public void Info(string message) => Write("info", message);

    public void Warn(string message) => Write("warning", message);

    public void Error(string message) => Write("error", message);

    public void Dispose() => sink?.Dispose();

    private void Write(string level, string message)
    {
        if (sink is null)
            return;
        string time = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        string line = $"time=\"{time}\" level={level} msg=\"{Escape(message)}\"\n";
        try
        {
            // False when the fifo is full: the line is lost.
            sink.TryWrite(Encoding.UTF8.GetBytes(line), out _);
        }
        catch (LinuxException)
        {
            // The log is no reason to fail.
        }
    }

    private static string Escape(string message) => message.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
}
