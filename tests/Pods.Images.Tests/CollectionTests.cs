using Pods.Containerd;
using Pods.TestKit;

namespace Pods.Images.Tests;

/// <summary>What containerd's garbage collector takes and what it spares.</summary>
public sealed class CollectionTests
{
    private static readonly Dictionary<string, string> s_noLabels = [];

    [SkippableFact]
    public async Task Removed_image_leaves_no_blob_and_no_snapshot()
    {
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        await ImportAsync(images);
        Assert.True(await images.Store.RemoveAsync("example.com/busybox:1", CancellationToken.None));
        Assert.Empty(await images.Containerd.Images.ListAsync(CancellationToken.None));
        await ExpectEmptyAsync(images);
        Assert.False(await images.Store.RemoveAsync("example.com/busybox:1", CancellationToken.None));
    }

    [SkippableFact]
    public async Task Root_file_system_in_use_outlives_its_image()
    {
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        Image image = await ImportAsync(images);
        IReadOnlyList<SnapshotMount> mounts = await images.Store.PrepareRootfsAsync(image, "web", s_noLabels, CancellationToken.None);
        Assert.NotEmpty(mounts);
        Assert.Equivalent(mounts, await images.Store.PrepareRootfsAsync(image, "web", s_noLabels, CancellationToken.None));
        await images.Containerd.Containers.CreateAsync(
            new() { Id = "web", Runtime = "io.containerd.pods.v1", Spec = "{}"u8.ToArray(), Snapshotter = "overlayfs", SnapshotKey = "web" },
            CancellationToken.None);
        foreach (string lease in await images.Containerd.Leases.ListAsync(CancellationToken.None))
            await images.Containerd.Leases.DeleteAsync(lease, true, CancellationToken.None);

        await images.Store.RemoveAsync("example.com/busybox:1", CancellationToken.None);

        Assert.NotNull(await images.Store.RootfsMountsAsync("web", CancellationToken.None));
        Assert.NotNull(await images.Containerd.Snapshots().FindAsync(image.ChainId, CancellationToken.None));
        await images.Containerd.Containers.DeleteAsync("web", CancellationToken.None);
        Assert.True(await images.Store.RemoveRootfsAsync("web", CancellationToken.None));
        await ImportAsync(images);
        await images.Store.RemoveAsync("example.com/busybox:1", CancellationToken.None);
        await ExpectEmptyAsync(images);
    }

    [SkippableFact]
    public async Task Image_survives_collections_while_it_has_a_name()
    {
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        Image image = await ImportAsync(images);
        await images.Containerd.Leases.CreateAsync("nothing", DateTimeOffset.UtcNow.AddHours(1), CancellationToken.None);
        await images.Containerd.Leases.DeleteAsync("nothing", true, CancellationToken.None);
        Assert.NotNull(await images.Store.FindAsync("example.com/busybox:1", CancellationToken.None));
        Assert.NotNull(await images.Containerd.Snapshots().FindAsync(image.ChainId, CancellationToken.None));
        Assert.Equal(image.Id, Assert.Single(await images.Store.ListAsync(CancellationToken.None)).Id);
    }

    [SkippableFact]
    public async Task Image_that_lost_its_snapshot_is_unpacked_again_and_one_that_lost_a_layer_too_is_not_there()
    {
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        Image image = await ImportAsync(images);
        await images.Containerd.Snapshots().RemoveAsync(image.ChainId, CancellationToken.None);
        Image packed = (await images.Store.FindAsync("example.com/busybox:1", CancellationToken.None))!;
        Assert.NotEmpty(await images.Store.PrepareRootfsAsync(packed, "web", s_noLabels, CancellationToken.None));

        await images.Store.RemoveRootfsAsync("web", CancellationToken.None);
        await images.Containerd.Snapshots().RemoveAsync(image.ChainId, CancellationToken.None);
        foreach (BlobRecord layer in await images.Containerd.Content.ListAsync(
            CancellationToken.None, $"labels.\"containerd.io/uncompressed\"==\"{image.Config.Rootfs.DiffIds[^1]}\""))
            await images.Containerd.Content.DeleteAsync(layer.Digest, CancellationToken.None);

        Assert.Null(await images.Store.FindAsync("example.com/busybox:1", CancellationToken.None));
    }

    [SkippableFact]
    public async Task Image_removed_beside_a_running_cri_plugin_stays_removed()
    {
        await using ImagesFixture images = await ImagesFixture.StartAsync(containerd: new() { Cri = true });
        await ImportAsync(images);
        await images.Store.RemoveAsync("example.com/busybox:1", CancellationToken.None);
        Assert.Empty(await images.Containerd.Images.ListAsync(CancellationToken.None));
        await ExpectEmptyAsync(images);
    }

    [SkippableFact]
    public async Task Full_disk_is_named_and_nothing_is_left()
    {
        using ScratchDirectory small = new();
        Directory.CreateDirectory(small.File("root"));
        (await Command.RunAsync("mount", ["-t", "tmpfs", "-o", "size=1200k", "tmpfs", small.File("root")])).Succeeded();
        await using ImagesFixture images = await ImagesFixture.StartAsync(containerd: new()
        {
            ExtraConfig = $"[plugins.\"io.containerd.snapshotter.v1.overlayfs\"]\nroot_path = \"{small.File("root")}\"\n",
        });
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync();
        await registry.PushAsync(TestImage.Busybox(r => r.Files["/big"] = new byte[2 << 20]), "app", "big");

        ImageException full = await Assert.ThrowsAsync<ImageException>(
            () => images.Store.PullAsync($"{registry.Host}/app:big", new(), CancellationToken.None));

        Assert.Equal(ImageFailure.NoSpace, full.Kind);
        Assert.EndsWith($"the disk below {small.File("root")} is full: remove images or make room", full.Message);
        await images.ExpectNoLeaseOrIngestAsync();
    }

    [SkippableFact]
    public async Task Full_content_store_is_named_and_nothing_is_left()
    {
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync();
        byte[] big = new byte[4 << 20];
        Random.Shared.NextBytes(big);
        await registry.PushAsync(TestImage.Busybox(r => r.Files["/big"] = big), "app", "big");
        string content = Path.Combine(images.Daemon.Root, "io.containerd.content.v1.content");
        (await Command.RunAsync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", content])).Succeeded();
        Directory.CreateDirectory(Path.Combine(content, "ingest"));

        ImageException full = await Assert.ThrowsAsync<ImageException>(
            () => images.Store.PullAsync($"{registry.Host}/app:big", new(), CancellationToken.None));

        Assert.Equal(ImageFailure.NoSpace, full.Kind);
        Assert.EndsWith($"the disk below {content} is full: remove images or make room", full.Message);
        await images.ExpectNoLeaseOrIngestAsync();
    }

    private static async Task<Image> ImportAsync(ImagesFixture images)
    {
        using ScratchDirectory scratch = new();
        TestImage.Busybox(r => r.Files["/etc/second"] = "layer"u8.ToArray()).WriteOciArchive(scratch.File("a.tar"), "example.com/busybox:1");
        await using FileStream archive = File.OpenRead(scratch.File("a.tar"));
        await images.Store.ImportAsync(archive, null, CancellationToken.None);
        return (await images.Store.FindAsync("example.com/busybox:1", CancellationToken.None))!;
    }

    private static async Task ExpectEmptyAsync(ImagesFixture images)
    {
        Assert.Empty(await images.Containerd.Content.ListAsync(CancellationToken.None));
        Assert.Empty(await images.Containerd.Snapshots().ListAsync(CancellationToken.None));
    }
}
