using System.Text;
using Pods.Manifests;
using Pods.TestKit;

namespace Pods.Node.Tests;

/// <summary>A directory whose files change all at once.</summary>
public sealed class AtomicDirectoryTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Files_are_reached_through_links_and_change_with_one_rename()
    {
        Assert.True(Write(("a", "1"), ("deep/b", "2")));

        Assert.Equal("..data/a", new FileInfo(_scratch.File("a")).LinkTarget);
        Assert.Equal("..data/deep", new FileInfo(_scratch.File("deep")).LinkTarget);
        Assert.StartsWith("..2026_03_01_12_00_00.", new FileInfo(_scratch.File("..data")).LinkTarget);
        Assert.Equal("2", File.ReadAllText(_scratch.File("deep/b")));

        Assert.True(Write(("a", "one"), ("c", "3")));

        Assert.Equal(["..data", "a", "c"], Names().Where(n => !n.StartsWith("..2")));
        Assert.Equal("one", File.ReadAllText(_scratch.File("a")));
        Assert.Single(Names(), n => n.StartsWith("..2"));
    }

    [Fact]
    public void Same_content_is_not_written_again()
    {
        Write(("a", "1"));
        string? before = new FileInfo(_scratch.File("..data")).LinkTarget;

        Assert.False(Write(("a", "1")));

        Assert.Equal(before, new FileInfo(_scratch.File("..data")).LinkTarget);
    }

    [Fact]
    public void What_a_crash_left_half_done_is_finished_and_cleared_away()
    {
        Write(("a", "1"));
        Directory.CreateDirectory(_scratch.File("..2026_02_28_00_00_00.12345678"));
        File.CreateSymbolicLink(_scratch.File("..data_tmp"), "..2026_02_28_00_00_00.12345678");
        File.Delete(_scratch.File("a"));

        Assert.False(Write(("a", "1")));

        Assert.Equal(["..data", "a"], Names().Where(n => !n.StartsWith("..2")));
        Assert.Single(Names(), n => n.StartsWith("..2"));
        Assert.Equal("1", File.ReadAllText(_scratch.File("a")));
    }

    [Fact]
    public void Content_that_cannot_be_written_leaves_the_old_one_and_nothing_else()
    {
        Write(("a", "1"));

        Assert.Throws<IOException>(() => AtomicDirectory.Write(_scratch.Path, [Of("a", "2")], s_now, _ => throw new IOException("disk full")));

        Assert.Equal("1", File.ReadAllText(_scratch.File("a")));
        Assert.Single(Names(), n => n.StartsWith("..2"));
    }

    [Fact]
    public void Mode_of_each_file_is_its_own()
    {
        AtomicDirectory.Write(_scratch.Path, [new("secret", "x"u8.ToArray(), 0x100), new("open", "x"u8.ToArray(), 0x1a4)], s_now, _ => { });

        Assert.Equal((UnixFileMode)0x100, File.GetUnixFileMode(_scratch.File("secret")));
        Assert.Equal((UnixFileMode)0x1a4, File.GetUnixFileMode(_scratch.File("open")));
    }

    private bool Write(params (string Path, string Content)[] files) =>
        AtomicDirectory.Write(_scratch.Path, [.. files.Select(f => Of(f.Path, f.Content))], s_now, _ => { });

    private static VolumeFile Of(string path, string content) => new(path, Encoding.UTF8.GetBytes(content), 0x1a4);

    private IEnumerable<string> Names() =>
        Directory.GetFileSystemEntries(_scratch.Path).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal);
}
