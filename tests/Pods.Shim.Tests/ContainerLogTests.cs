using System.Text;
using Pods.Linux;
using Pods.TestKit;

namespace Pods.Shim.Tests;

public sealed class ContainerLogTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly EventLoop _events = EventLoop.Start();
    private readonly List<string> _warnings = [];

    private string Target => _scratch.File("pod/app/0.log");

    public void Dispose()
    {
        _events.Dispose();
        // Here and not by umount(8): the reaper of this process takes the exits that the framework's Process waits for.
        Mounts.DetachAll(_scratch.Path);
        _scratch.Dispose();
    }

    [Fact]
    public void Address_names_the_file_and_its_limits()
    {
        Assert.Equal(new LogDestination("/var/log/a b", 1024, 3), LogDestination.Parse("pods-log:///var/log/a%20b?max-size=1024&max-files=3"));
        Assert.Equal(new LogDestination("/x", 10 * 1024 * 1024, 5), LogDestination.Parse("pods-log:///x"));
    }

    [Theory]
    [InlineData("pods-log://relative/path")]
    [InlineData("pods-log:///x?max-size=10Mi")]
    [InlineData("pods-log:///x?max-files=0")]
    [InlineData("pods-log:///x?colour=red")]
    public void Address_that_cannot_be_honoured_is_refused(string address) =>
        Assert.Contains(address, Assert.Throws<ArgumentException>(() => LogDestination.Parse(address)).Message);

    [Fact]
    public async Task Lines_of_both_outputs_arrive_whole_and_in_order()
    {
        const int lines = 3000;
        using ContainerLog log = Open(1 << 20, 2);
        using Pipe output = Pipe.Create(), errors = Pipe.Create();
        Task copies = Task.WhenAll(Copy(output, "stdout", log), Copy(errors, "stderr", log));

        await Task.WhenAll(Task.Run(() => WriteLines(output, lines)), Task.Run(() => WriteLines(errors, lines)));
        await copies;

        string[] entries = File.ReadAllLines(Target);
        foreach (string stream in (string[])["stdout", "stderr"])
            Assert.Equal(Enumerable.Range(0, lines).Select(line => $"{stream} F line {line}"),
                entries.Select(entry => entry[31..]).Where(entry => entry.StartsWith(stream, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Last_words_are_not_held_back_once_the_process_has_ended()
    {
        using ContainerLog log = Open(1 << 20, 2);
        using Pipe output = Pipe.Create();
        TaskCompletionSource ended = new();
        Task copying = Copy(output, "stdout", log, ended.Task, gathering: TimeSpan.FromHours(1));
        output.Write.Write("first\n"u8);
        output.Write.Write("last\n"u8);

        ended.SetResult();

        // The pipe stays open, as a grandchild of the process may hold it.
        await Eventually.True(() => File.ReadAllText(Target).EndsWith("last\n", StringComparison.Ordinal), "the last words are there");
        Assert.False(copying.IsCompleted);
        output.Write.Dispose();
        await copying;
    }

    [Fact]
    public async Task Full_file_is_rotated_and_no_line_is_torn_or_lost()
    {
        using ContainerLog log = Open(maxBytes: 5000, maxFiles: 4);
        string[] entries = [.. Enumerable.Range(0, 300).Select(Entry)];

        await log.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(entries)), default);

        string[] files = [Target, Target + ".1", Target + ".2", Target + ".3"];
        Assert.Equal(files, Directory.GetFiles(Path.GetDirectoryName(Target)!).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.True(new FileInfo(file).Length <= 5000));
        string kept = string.Concat(files.Reverse().Select(File.ReadAllText));
        Assert.EndsWith(kept, string.Concat(entries));
        Assert.True(kept.Length > 15_000);
    }

    [Fact]
    public async Task Entry_longer_than_a_file_gets_a_file_of_its_own()
    {
        using ContainerLog log = Open(maxBytes: 10, maxFiles: 3);

        await log.WriteAsync("first entry\nsecond entry\n"u8.ToArray(), default);

        Assert.Equal("second entry\n", File.ReadAllText(Target));
        Assert.Equal("first entry\n", File.ReadAllText(Target + ".1"));
    }

    [Fact]
    public async Task Single_file_begins_again_when_it_is_full()
    {
        using ContainerLog log = Open(maxBytes: 10, maxFiles: 1);

        await log.WriteAsync("123456789\nnext\n"u8.ToArray(), default);

        Assert.Equal("next\n", File.ReadAllText(Target));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public async Task Log_that_ends_in_half_an_entry_is_continued_on_a_new_line()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        File.WriteAllText(Target, "half an ent");
        using ContainerLog log = Open(1000, 2);

        await log.WriteAsync("new\n"u8.ToArray(), default);

        Assert.Equal("half an ent\nnew\n", File.ReadAllText(Target));
    }

    [SkippableFact]
    public async Task Full_disk_makes_the_container_wait_and_loses_nothing()
    {
        Requires.Root();
        string disk = Directory.CreateDirectory(_scratch.File("disk")).FullName;
        Mounts.Attach(new Mount("tmpfs", "small", "", ["size=64k"]), disk);
        File.WriteAllBytes(Path.Combine(disk, "filler"), new byte[48 * 1024]);
        using ContainerLog log = ContainerLog.Open(new LogDestination(Path.Combine(disk, "0.log"), 1 << 20, 2), Warn);
        string entries = string.Concat(Enumerable.Range(0, 500).Select(Entry));

        Task writing = log.WriteAsync(Encoding.ASCII.GetBytes(entries), default);
        await Eventually.True(() => _warnings.Count == 1, "the log says that the disk is full");
        Assert.False(writing.IsCompleted);
        Assert.Contains("no space left on device", _warnings[0]);
        File.Delete(Path.Combine(disk, "filler"));
        await writing;

        Assert.Equal(entries, File.ReadAllText(Path.Combine(disk, "0.log")));
    }

    private static string Entry(int number) => $"2026-11-21T05:00:00.123456700Z stdout F line number {number}\n";

    private ContainerLog Open(long maxBytes, int maxFiles) => ContainerLog.Open(new LogDestination(Target, maxBytes, maxFiles), Warn);

    private void Warn(string message)
    {
        lock (_warnings) _warnings.Add(message);
    }

    private Task Copy(Pipe pipe, string stream, ContainerLog log, Task? ended = null, TimeSpan? gathering = null)
    {
        pipe.Read.SetNonBlocking(true);
        return LogCopy.RunAsync(_events, pipe.Read, stream, log, ended ?? Task.CompletedTask, gathering ?? LogCopy.Gathering, default);
    }

    private static void WriteLines(Pipe pipe, int count)
    {
        for (int line = 0; line < count; line++) pipe.Write.Write(Encoding.ASCII.GetBytes($"line {line}\n"));
        pipe.Write.Dispose();
    }
}
