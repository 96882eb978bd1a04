using Pods.TestKit;

namespace Pods.Images.Tests;

public sealed class ImportTests
{
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Import_of_an_archive_makes_an_image_that_ctr_calls_unpacked(bool isOci)
    {
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        using ScratchDirectory scratch = new();
        TestImage busybox = TestImage.Busybox(r => r.Files["/etc/second"] = "layer"u8.ToArray());
        if (isOci)
            busybox.WriteOciArchive(scratch.File("a.tar"), "example.com/busybox:1");
        else
            busybox.WriteDockerArchive(scratch.File("a.tar"), "example.com/busybox:1");

        await using FileStream archive = File.OpenRead(scratch.File("a.tar"));
        IReadOnlyList<string> names = await images.Store.ImportAsync(archive, null, CancellationToken.None);

        Assert.Equal(["example.com/busybox:1"], names);
        Assert.Equal(busybox.ConfigDigest, (await images.Store.FindAsync("example.com/busybox:1", CancellationToken.None))?.Id);
        string check = (await images.Daemon.CtrAsync("images", "check", "name==example.com/busybox:1")).Succeeded().Output;
        Assert.Matches(@"complete \(3/3\).*true", check);
        await images.ExpectNoLeaseOrIngestAsync();
    }
}
