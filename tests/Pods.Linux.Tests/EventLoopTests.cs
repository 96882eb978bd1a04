using Pods.TestKit;

namespace Pods.Linux.Tests;

public sealed class EventLoopTests : IDisposable
{
    private readonly EventLoop _events = EventLoop.Start();

    public void Dispose() => _events.Dispose();

    [Fact]
    public async Task Reader_wakes_for_bytes_and_for_the_end()
    {
        using Pipe pipe = Pipe.Create();
        using Readiness readiness = _events.Watch(pipe.Read);
        Task readable = readiness.ReadableAsync();
        Assert.False(readable.IsCompleted);

        pipe.Write.Write("x"u8);
        await readable;
        Assert.True(pipe.Read.TryRead(new byte[8], out int count) && count == 1);

        readable = readiness.ReadableAsync();
        Assert.False(readable.IsCompleted);
        pipe.Write.Dispose();
        await readable;
        Assert.True(pipe.Read.TryRead(new byte[8], out count) && count == 0);
    }

    [Fact]
    public async Task Writer_wakes_when_there_is_room_again()
    {
        using Pipe pipe = Pipe.Create();
        pipe.Write.SetNonBlocking(true);
        while (pipe.Write.TryWrite(new byte[4096], out _))
        {
        }
        using Readiness readiness = _events.Watch(pipe.Write);
        Task writable = readiness.WritableAsync();
        Assert.False(writable.IsCompleted);

        pipe.Read.TryRead(new byte[8192], out _);

        await writable;
    }

    [Fact]
    public async Task Cancelled_wait_does_not_lose_the_event()
    {
        using Pipe pipe = Pipe.Create();
        using Readiness readiness = _events.Watch(pipe.Read);
        using var stop = new CancellationTokenSource();
        Task readable = readiness.ReadableAsync(stop.Token);
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => readable);

        pipe.Write.Write("x"u8);

        await readiness.ReadableAsync();
    }

    [Fact]
    public async Task Disposal_ends_the_wait_with_an_exception()
    {
        using Pipe pipe = Pipe.Create();
        Readiness readiness = _events.Watch(pipe.Read);
        Task readable = readiness.ReadableAsync();

        readiness.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => readable);
    }

    [Fact]
    public async Task Regular_file_is_always_ready()
    {
        using var scratch = new ScratchDirectory();
        using FileDescriptor file = FileDescriptor.Open(scratch.File("f"), OpenFlags.ReadWrite | OpenFlags.Create, 0x180);
        using Readiness readiness = _events.Watch(file);

        await readiness.ReadableAsync();
        await readiness.WritableAsync();
    }

    [Fact]
    public void Splice_moves_bytes_between_fifos_until_the_end()
    {
        using var scratch = new ScratchDirectory();
        Fifo.Create(scratch.File("out"));
        using Pipe source = Pipe.Create();
        source.Read.SetNonBlocking(true);
        using FileDescriptor target = Fifo.OpenBoth(scratch.File("out"));
        Assert.False(Splice.TryMove(source.Read, target, out _));

        source.Write.Write("hello"u8);
        source.Write.Dispose();

        Assert.True(Splice.TryMove(source.Read, target, out int count) && count == 5);
        Assert.True(Splice.TryMove(source.Read, target, out count) && count == 0);
        byte[] buffer = new byte[10];
        Assert.True(target.TryRead(buffer, out count));
        Assert.Equal("hello"u8, buffer.AsSpan(0, count));
    }

    [SkippableFact]
    public async Task Change_of_a_kernel_file_wakes_an_urgent_reader()
    {
        Requires.Root();
        string root = Mounts.Read().FirstOrDefault(entry => entry.Type == "cgroup2")?.Target ?? "";
        Skip.If(root.Length == 0, "needs a cgroup2 mount");
        DirectoryInfo cgroup = Directory.CreateDirectory(Path.Combine(root, Unique.Id("pods-urgent")));
        Child child = TestChildren.Reaper.Spawn(new SpawnRequest { File = "sleep", Arguments = ["sleep", "60"] });
        using (FileDescriptor file = FileDescriptor.Open(Path.Combine(cgroup.FullName, "cgroup.events"), OpenFlags.ReadOnly))
        using (Readiness readiness = _events.Watch(file, urgent: true))
        {
            Cgroup.AcknowledgeOomNotice(file);
            Task changed = readiness.ReadableAsync();
            Assert.False(changed.IsCompleted);

            File.WriteAllText(Path.Combine(cgroup.FullName, "cgroup.procs"), child.Pid.ToString());
            await changed.WaitAsync(TimeSpan.FromSeconds(10));

            Cgroup.AcknowledgeOomNotice(file);
            changed = readiness.ReadableAsync();
            Assert.False(changed.IsCompleted);
            Signals.Send(child.Pid, Signals.SIGKILL);
            await changed.WaitAsync(TimeSpan.FromSeconds(10));
        }
        await child.Exited;
        cgroup.Delete();
    }
}
