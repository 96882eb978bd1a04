using Pods.TestKit;

namespace Pods.Images.Tests;

public sealed class PullTests
{
    [SkippableFact]
    public async Task Pull_by_tag_makes_an_image_that_ctr_calls_complete_and_unpacked()
    {
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync();
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        TestImage busybox = TestImage.Busybox(r => r.Files["/etc/second"] = "layer"u8.ToArray());
        await registry.PushAsync(busybox, "team/busybox", "1");
        string reference = $"{registry.Host}/team/busybox:1";

        Image image = await images.Store.PullAsync(reference, new(), CancellationToken.None);

        Assert.Equal(busybox.ConfigDigest, image.Id);
        Assert.Equal(busybox.ManifestDigest, image.Digest);
        Assert.Equal([reference], image.RepoTags);
        Assert.Equal([$"{registry.Host}/team/busybox@{busybox.ManifestDigest}"], image.RepoDigests);
        string listed = (await images.Daemon.CtrAsync("images", "ls")).Succeeded().Output;
        Assert.Contains(reference, listed);
        Assert.Contains("io.cri-containerd.image=managed", listed);
        string check = (await images.Daemon.CtrAsync("images", "check", $"name=={reference}")).Succeeded().Output;
        Assert.Matches(@"complete \(3/3\).*true", check);
        await images.ExpectNoLeaseOrIngestAsync();
    }

    [SkippableFact]
    public async Task Pull_by_digest_is_found_by_digest_and_by_id()
    {
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync();
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        TestImage busybox = TestImage.Busybox();
        await registry.PushAsync(busybox, "busybox", "1");
        string reference = $"{registry.Host}/busybox@{busybox.ManifestDigest}";

        await images.Store.PullAsync(reference, new(), CancellationToken.None);

        Assert.Equal(busybox.ConfigDigest, (await images.Store.FindAsync(reference, CancellationToken.None))?.Id);
        Assert.Equal(busybox.ConfigDigest, (await images.Store.FindAsync(busybox.ConfigDigest, CancellationToken.None))?.Id);
        Assert.Null(await images.Store.FindAsync($"{registry.Host}/busybox:1", CancellationToken.None));
    }
}
