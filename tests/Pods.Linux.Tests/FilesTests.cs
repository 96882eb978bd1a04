using Pods.TestKit;

namespace Pods.Linux.Tests;

public sealed class FilesTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    private string Target => _scratch.File("f");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Durable_write_replaces_the_file_as_a_whole_and_leaves_nothing_else()
    {
        File.WriteAllText(Target, "something longer");

        Files.WriteDurably(Target, "new"u8, 0x1A0);

        Assert.Equal("new", File.ReadAllText(Target));
        Assert.Equal([Target], Directory.GetFiles(_scratch.Path));
    }

    [Fact]
    public async Task Writers_are_kept_out_until_the_file_is_closed_unless_there_is_one()
    {
        await File.WriteAllTextAsync(Target, "");
        using (File.OpenWrite(Target))
        using (FileDescriptor late = FileDescriptor.Open(Target, OpenFlags.ReadOnly))
            Assert.False(late.TryKeepWritersOut());

        FileDescriptor reader = FileDescriptor.Open(Target, OpenFlags.ReadOnly);
        Assert.True(reader.TryKeepWritersOut());
        Task writer = Task.Run(() => File.WriteAllText(Target, "w"));
        // Told of the writer, this process lives on.
        await Eventually.True(() => File.ReadAllText("/proc/locks").Split('\n').Any(l => l.Contains("BREAKING") && l.Contains($" {Environment.ProcessId} ")),
            "the writer waits");
        Assert.False(writer.IsCompleted);
        reader.Dispose();
        await writer;
    }

    [SkippableFact]
    public void Owner_mode_and_kind_are_read_back()
    {
        Requires.Root();
        Files.MakeNode(Target, FileKind.CharacterDevice, 0x1B6, major: 300, minor: 70_000);
        Files.Chown(Target, 12, 34);
        Files.Chmod(Target, 0x9C0);

        FileStatus status = Files.Status(Target)!;

        Assert.Equal((FileKind.CharacterDevice, 0x9C0, 12u, 34u), (status.Kind, status.Mode, status.Uid, status.Gid));
        Assert.Equal((300u, 70_000u), status.Device);
        Assert.Null(Files.Status(_scratch.File("absent")));
    }

    [SkippableFact]
    public void Owner_of_a_link_changes_without_its_target()
    {
        Requires.Root();
        File.WriteAllText(Target, "");
        File.CreateSymbolicLink(_scratch.File("link"), Target);

        Files.ChownLink(_scratch.File("link"), 5, 6);

        Assert.Equal(5u, Files.Status(_scratch.File("link"))!.Uid);
        Assert.Equal(0u, Files.Status(Target)!.Uid);
    }

    [SkippableFact]
    public void Attribute_is_read_back_and_absent_is_null()
    {
        Requires.Root();
        File.WriteAllText(Target, "");

        Files.SetAttribute(Target, "trusted.pods", [1, 0, 2]);

        Assert.Equal([1, 0, 2], Files.Attribute(Target, "trusted.pods"));
        Assert.Null(Files.Attribute(Target, "trusted.other"));
    }

    [Fact]
    public async Task Lock_is_held_until_the_descriptor_is_closed()
    {
        using FileDescriptor first = FileDescriptor.Open(Target, OpenFlags.ReadWrite | OpenFlags.Create, 0x180);
        using FileDescriptor second = FileDescriptor.Open(Target, OpenFlags.ReadWrite);
        Assert.True(Files.TryLock(first));
        Assert.False(Files.TryLock(second));

        first.Dispose();

        // A process that another test is spawning has a copy of it until its exec.
        await Eventually.True(() => Files.TryLock(second), "the lock is free");
    }

    [Theory]
    [InlineData("15", 15)]
    [InlineData("TERM", 15)]
    [InlineData("SIGKILL", 9)]
    [InlineData("sigusr2", 12)]
    [InlineData("RTMIN+3", 37)]
    [InlineData("SIGSYS", 31)]
    public void Signal_is_understood_by_number_and_name(string text, int number)
    {
        Assert.True(Signals.TryParse(text, out int signal));
        Assert.Equal(number, signal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("NOPE")]
    [InlineData("RTMIN+40")]
    [InlineData("RTMIN-")]
    public void Text_that_is_no_signal_is_refused(string text) => Assert.False(Signals.TryParse(text, out _));
}
