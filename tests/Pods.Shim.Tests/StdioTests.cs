using System.Net.Sockets;
using System.Text;
using Pods.Linux;
using Pods.TestKit;

namespace Pods.Shim.Tests;

// A program that was just written cannot be run while another test's child, on its way to exec, holds it open.
[Collection("spawning")]
public sealed class StdioTests : IDisposable
{
    private static readonly Children Reaper = TestReaper.Children;

    private readonly ScratchDirectory _scratch = new();
    private readonly EventLoop _events = EventLoop.Start();
    private readonly List<string> _warnings = [];

    private StdioHost Host => new(_events, Reaper, _warnings.Add);

    public void Dispose()
    {
        _events.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Outputs_reach_their_fifos_and_end_with_the_process()
    {
        string output = MakeFifo("out"), errors = MakeFifo("err");
        using FileDescriptor outputReader = Fifo.OpenReader(output), errorsReader = Fifo.OpenReader(errors);

        await using Stdio streams = await Run("echo to stdout; echo to stderr >&2", new("", output, errors, false));
        await streams.Drained;

        Assert.Equal("to stdout\n", ReadToEnd(outputReader));
        Assert.Equal("to stderr\n", ReadToEnd(errorsReader));
    }

    [Fact]
    public async Task Output_waits_for_a_client_that_is_away_and_nothing_is_lost()
    {
        const int bytes = 300_000;   // more than the pipe and the fifo hold
        string output = MakeFifo("out");
        await using Stdio streams = await Stdio.OpenAsync(Host, new("", output, "", false), Owner);
        Child process = null!;
        await streams.RunAsync(_ => Task.FromResult(process = Start($"head -c {bytes} /dev/zero", streams)));
        FileDescriptor first = Fifo.OpenReader(output);
        int received = await ReadSome(first, 70_000);
        first.Dispose();

        using FileDescriptor second = Fifo.OpenReader(output);
        using Readiness readable = _events.Watch(second);
        byte[] buffer = new byte[8192];
        while (true)
        {
            await readable.ReadableAsync();
            if (!second.TryRead(buffer, out int count)) continue;
            if (count == 0) break;
            received += count;
        }
        Assert.Equal(0, (await process.Exited).Status);
        Assert.Equal(bytes, received);
    }

    [Fact]
    public async Task Input_outlives_a_client_and_ends_when_it_is_closed()
    {
        string input = MakeFifo("in"), output = _scratch.File("out");
        await using Stdio streams = await Run("cat", new(input, "file://" + output, "", false));
        foreach (string text in (string[])["first ", "second"])
        {
            using FileDescriptor client = Fifo.OpenWriter(input);
            client.Write(Encoding.ASCII.GetBytes(text));
        }
        await Eventually.True(() => File.Exists(output) && File.ReadAllText(output) == "first second", "the input has arrived");
        Assert.False(streams.Drained.IsCompleted);

        streams.CloseInput();

        await streams.Drained;
    }

    [Fact]
    public async Task Both_outputs_go_to_one_log()
    {
        string address = $"pods-log://{_scratch.File("logs/0.log")}?max-size=100000";

        await using Stdio streams = await Run("echo one; echo two >&2; printf three", new("", address, address, false));
        await streams.Drained;

        string[] entries = [.. File.ReadAllLines(_scratch.File("logs/0.log")).Select(entry => entry[31..]).Order(StringComparer.Ordinal)];
        Assert.Equal(["stderr F two", "stdout F one", "stdout F three"], entries);
    }

    [Fact]
    public async Task Program_reads_the_outputs_as_three_and_four_and_is_told_whose_they_are()
    {
        string program = _scratch.File("logger"), result = _scratch.File("result");
        File.WriteAllText(program, $"#!/bin/sh\nexec 5>&-\n(echo \"$@ $CONTAINER_ID $CONTAINER_NAMESPACE $HOME\"; cat <&3; cat <&4) > {result}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        await using Stdio streams = await Run("echo one; echo two >&2", new("", $"binary://{program}?tag=a%20b&flag", "", false));
        await streams.Drained;

        Assert.Equal("tag a b flag web k8s.io \none\ntwo\n", File.ReadAllText(result));
    }

    [Fact]
    public async Task Program_that_does_not_end_is_told_to()
    {
        string program = _scratch.File("logger");
        File.WriteAllText(program, "#!/bin/sh\nexec 5>&-\nexec sleep 60\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Stdio streams = await Run("true", new("", $"binary://{program}", "", false));
        Assert.False(streams.Drained.IsCompleted);

        await streams.DisposeAsync();

        Assert.True(streams.Drained.IsCompleted);
    }

    [Theory]
    [InlineData("ftp:///x")]
    [InlineData("pods-log:///x?colour=red")]
    public async Task Address_that_is_not_understood_is_refused(string address)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Stdio.OpenAsync(Host, new("", address, "", false), Owner));

        Assert.Contains(address, error.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fifo_that_is_not_there_is_refused_before_the_runtime_runs(bool terminal)
    {
        await Assert.ThrowsAsync<LinuxException>(() => Stdio.OpenAsync(Host, new(_scratch.File("none"), "", "", terminal), Owner));
        await Assert.ThrowsAsync<LinuxException>(() => Stdio.OpenAsync(Host, new("", _scratch.File("none"), "", terminal), Owner));
    }

    [Fact]
    public async Task Output_that_a_grandchild_holds_is_cut_by_disposal()
    {
        string output = _scratch.File("out");
        File.WriteAllText(output, "");
        Stdio streams = await Run("sleep 60 & echo $!", new("", output, "", false));
        await Eventually.True(() => File.ReadAllText(output).EndsWith('\n'), "the process has written");
        Assert.False(streams.Drained.IsCompleted);

        await streams.DisposeAsync();

        Assert.True(streams.Drained.IsCompleted);
        Signals.TrySend(int.Parse(File.ReadAllText(output)), Signals.SIGKILL);
    }

    [SkippableFact]
    public async Task Terminal_is_copied_both_ways_and_resized()
    {
        Requires.Root();
        string input = MakeFifo("in"), output = MakeFifo("out");
        using FileDescriptor reader = Fifo.OpenReader(output);
        Stdio streams = await Stdio.OpenAsync(Host, new(input, output, "", true), Owner);
        using FileDescriptor master = FileDescriptor.Open("/dev/ptmx", OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal);
        using FileDescriptor slave = Terminal.OpenOther(master);
        using (FileDescriptor client = Fifo.OpenWriter(input))
        {
            await streams.RunAsync(async console =>
            {
                using Socket runtime = UnixSocket.Connect(console!);
                UnixSocket.SendDescriptor(runtime, master);
                await Task.Yield();
            });
            slave.Write("prompt"u8);
            client.Write("typed\n"u8);
            Assert.Equal(6, await ReadSome(slave, 6));
        }
        streams.Resize(132, 50);

        Assert.Equal((132, 50), Terminal.Size(slave.Number));
        await streams.DisposeAsync();
        Assert.StartsWith("prompt", ReadToEnd(reader));
    }

    [Fact]
    public async Task Terminal_of_a_runtime_that_fails_leaves_nothing_open()
    {
        Stdio streams = await Stdio.OpenAsync(Host, new("", "", "", true), Owner);

        await Assert.ThrowsAsync<InvalidOperationException>(() => streams.RunAsync(_ => throw new InvalidOperationException()));

        await streams.DisposeAsync();
        Assert.True(streams.Drained.IsCompleted);
    }

    private static StdioOwner Owner { get; } = new(0, 0, "web", "k8s.io");

    private string MakeFifo(string name)
    {
        Fifo.Create(_scratch.File(name));
        return _scratch.File(name);
    }

    private async Task<Stdio> Run(string script, StdioPaths paths)
    {
        Stdio streams = await Stdio.OpenAsync(Host, paths, Owner);
        await streams.RunAsync(_ => Task.FromResult(Start(script, streams)));
        return streams;
    }

    private static Child Start(string script, Stdio streams) => Reaper.Spawn(
        new SpawnRequest { File = "/bin/sh", Arguments = ["sh", "-c", script], Descriptors = streams.ChildDescriptors });

    private async Task<int> ReadSome(FileDescriptor source, int atLeast)
    {
        source.SetNonBlocking(true);
        using Readiness readable = _events.Watch(source);
        byte[] buffer = new byte[8192];
        int received = 0;
        while (received < atLeast)
        {
            await readable.ReadableAsync();
            if (source.TryRead(buffer, out int count)) received += count;
        }
        return received;
    }

    private static string ReadToEnd(FileDescriptor source)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[8192];
        while (source.TryRead(buffer, out int count) && count > 0) text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        return text.ToString();
    }
}
