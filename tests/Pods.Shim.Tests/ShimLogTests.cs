using Pods.Linux;
using Pods.TestKit;

namespace Pods.Shim.Tests;

/// <summary>The fifo to the daemon's log, which is no reason to wait or to fail (reports 4509 and 4546 of containerd).</summary>
public sealed class ShimLogTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Full_log_loses_lines_and_holds_nobody_up()
    {
        Fifo.Create(_scratch.File("log"));
        using ShimLog log = ShimLog.Open(_scratch.File("log"), isDebug: false);
        // 64 KiB fit; this would block on the second.
        for (int i = 0; i < 4; i++)
            log.Warn(new string('x', 60_000));
        using FileDescriptor reader = Fifo.OpenReader(_scratch.File("log"));
        byte[] read = new byte[256];
        Assert.True(reader.TryRead(read, out int count));
        Assert.Contains("level=warning msg=\"xxx", System.Text.Encoding.UTF8.GetString(read, 0, count));
    }

    [Fact]
    public void Without_a_fifo_there_is_no_log()
    {
        using ShimLog log = ShimLog.Open(_scratch.File("nowhere"), isDebug: true);
        log.Error("nobody hears it");
        Assert.False(File.Exists(_scratch.File("nowhere")));
    }
}
