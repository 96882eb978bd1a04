using System.IO.Compression;
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

    [SkippableFact]
    public async Task Import_reads_gzip()
    {
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        using ScratchDirectory scratch = new();
        TestImage.Busybox().WriteOciArchive(scratch.File("a.tar"), "example.com/busybox:1");
        MemoryStream zipped = new();
        await using (GZipStream gzip = new(zipped, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(await File.ReadAllBytesAsync(scratch.File("a.tar")));
        zipped.Position = 0;
        Assert.Equal(["example.com/busybox:1"], await images.Store.ImportAsync(zipped, null, CancellationToken.None));
    }

    [SkippableFact]
    public async Task Damaged_archive_is_refused_and_leaves_nothing()
    {
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        using ScratchDirectory scratch = new();
        TestImage.Busybox().WriteOciArchive(scratch.File("a.tar"), "example.com/busybox:1");
        byte[] whole = await File.ReadAllBytesAsync(scratch.File("a.tar"));
        byte[] flipped = [.. whole];
        flipped[whole.Length / 2] ^= 1;

        byte[][] damaged = [[], whole[..10], whole[..5000], whole[..(whole.Length / 2)], flipped, new byte[10240], "not a tar at all"u8.ToArray()];
        foreach (byte[] bad in damaged)
        {
            ImageException refused = await Assert.ThrowsAsync<ImageException>(
                () => images.Store.ImportAsync(new MemoryStream(bad), null, CancellationToken.None));
            Assert.Equal(ImageFailure.BadContent, refused.Kind);
        }

        Assert.Empty(await images.Containerd.Images.ListAsync(CancellationToken.None));
        await images.ExpectNoLeaseOrIngestAsync();
    }
}
