using Pods.TestKit;

namespace Pods.Linux.Tests;

public sealed class DirectoryWatchTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly EventLoop _loop = EventLoop.Start();

    public void Dispose()
    {
        _loop.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task File_is_ready_when_its_writer_has_closed_it()
    {
        using DirectoryWatch watch = DirectoryWatch.Start(_scratch.Path, _loop);
        List<(string Name, DirectoryChange Change)> seen = [];
        using (StreamWriter writer = new(_scratch.File("a")))
        {
            await writer.WriteAsync("half");
            await writer.FlushAsync();
            seen.AddRange(await watch.NextAsync(CancellationToken.None));
            Assert.All(seen, s => Assert.Equal(("a", DirectoryChange.Written), s));
            await writer.WriteAsync("whole");
        }
        while (seen[^1].Change != DirectoryChange.Ready)
            seen.AddRange(await watch.NextAsync(CancellationToken.None));

        Assert.Equal(("a", DirectoryChange.Ready), seen[^1]);
    }

    [Fact]
    public async Task Moved_linked_and_deleted_files_are_told_at_once()
    {
        // A link and no file: what another test's child was born with is closed late, and that is told as a file that was written.
        File.CreateSymbolicLink(_scratch.File(".new"), "/etc/passwd");
        using DirectoryWatch watch = DirectoryWatch.Start(_scratch.Path, _loop);
        File.Move(_scratch.File(".new"), _scratch.File("a"));
        File.CreateSymbolicLink(_scratch.File("b"), "a");
        File.Delete(_scratch.File("a"));

        List<(string, DirectoryChange)> seen = [];
        while (seen.Count < 4)
            seen.AddRange(await watch.NextAsync(CancellationToken.None));

        Assert.Equal(
            [(".new", DirectoryChange.Gone), ("a", DirectoryChange.Ready), ("b", DirectoryChange.Ready), ("a", DirectoryChange.Gone)], seen);
    }

    [Fact]
    public async Task Directory_that_goes_is_told()
    {
        Directory.CreateDirectory(_scratch.File("d"));
        using DirectoryWatch watch = DirectoryWatch.Start(_scratch.File("d"), _loop);
        Directory.Delete(_scratch.File("d"));

        Assert.Contains(("", DirectoryChange.Lost), await watch.NextAsync(CancellationToken.None));
    }
}
