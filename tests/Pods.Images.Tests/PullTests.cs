using Pods.Containerd;
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

    [SkippableTheory]
    [MemberData(nameof(ContainerdVersions.All), MemberType = typeof(ContainerdVersions))]
    public async Task Pull_and_removal_are_the_same_on_every_containerd(string version)
    {
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync();
        await using ImagesFixture images = await ImagesFixture.StartAsync(containerd: ContainerdVersions.Options(version));
        await registry.PushAsync(TestImage.Busybox(r => r.Files["/etc/second"] = "layer"u8.ToArray()), "app", "1");
        string reference = $"{registry.Host}/app:1";

        Image image = await images.Store.PullAsync(reference, new(), CancellationToken.None);
        IReadOnlyList<SnapshotMount> rootfs = await images.Store.PrepareRootfsAsync(
            image, "web", new Dictionary<string, string>(), CancellationToken.None);

        Assert.NotEmpty(rootfs);
        Assert.True(await images.Store.RemoveRootfsAsync("web", CancellationToken.None));
        await images.ExpectNoLeaseOrIngestAsync();
        Assert.True(await images.Store.RemoveAsync(reference, CancellationToken.None));
        Assert.Empty(await images.Containerd.Content.ListAsync(CancellationToken.None));
        Assert.Empty(await images.Containerd.Snapshots().ListAsync(CancellationToken.None));
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

    [SkippableFact]
    public async Task Pull_of_an_index_takes_this_machine_s_image()
    {
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync();
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        TestImage here = TestImage.Busybox();
        TestImage there = TestImage.Busybox(r => r.Architecture = "s390x");
        await registry.PushIndexAsync("app", "1", (there, "linux", "s390x"), (here, "linux", "amd64"));
        await registry.PushIndexAsync("app", "2", (there, "linux", "s390x"));

        Image image = await images.Store.PullAsync($"{registry.Host}/app:1", new(), CancellationToken.None);
        ImageException foreign = await Assert.ThrowsAsync<ImageException>(
            () => images.Store.PullAsync($"{registry.Host}/app:2", new(), CancellationToken.None));

        Assert.Equal(here.ConfigDigest, image.Id);
        Assert.Equal(ImageFailure.UnsupportedPlatform, foreign.Kind);
        Assert.EndsWith("it is not for linux/amd64, only for linux/s390x: use an image for linux/amd64", foreign.Message);
        await images.ExpectNoLeaseOrIngestAsync();
    }

    [SkippableFact]
    public async Task Pull_of_zstd_layers_unpacks()
    {
        Requires.Programs("zstd");
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync();
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        await registry.PushAsync(TestImage.Busybox(r => r.Zstd = true), "app", "zstd");
        Image image = await images.Store.PullAsync($"{registry.Host}/app:zstd", new(), CancellationToken.None);
        Assert.NotNull(await images.Containerd.Snapshots().FindAsync(image.ChainId, CancellationToken.None));
    }

    [SkippableFact]
    public async Task Mirror_that_fails_is_passed_over_for_the_registry()
    {
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync();
        using ScratchDirectory certs = new();
        Directory.CreateDirectory(certs.File("origin.example"));
        File.WriteAllText(Path.Combine(certs.File("origin.example"), "hosts.toml"), $"""
            server = "http://{registry.Host}"
            [host."http://127.0.0.1:{FreePort.Find()}"]
            """);
        await using ImagesFixture images = await ImagesFixture.StartAsync(o => o with { CertsDirectory = certs.Path });
        await registry.PushAsync(TestImage.Busybox(), "app", "1");

        Image image = await images.Store.PullAsync("origin.example/app:1", new(), CancellationToken.None);

        Assert.Equal(["origin.example/app:1"], image.RepoTags);
    }

    [SkippableFact]
    public async Task Ten_pulls_of_images_that_share_layers_fetch_each_layer_once()
    {
        TestImage busybox = TestImage.Busybox();
        await using ScriptedRegistry registry = new(busybox, (_, _) => Task.FromResult(false));
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        string[] references = [.. Enumerable.Range(0, 10).Select(i => $"{registry.Host}/app{i % 5}:1")];

        Image[] pulled = await Task.WhenAll(references.Select(r => images.Store.PullAsync(r, new(), CancellationToken.None)));

        Assert.All(pulled, p => Assert.Equal(busybox.ConfigDigest, p.Id));
        Assert.Equal(1, registry.Count("GET", registry.LargestLayer));
        Assert.Equal(5, registry.Count("HEAD", "/manifests/1"));
        await images.ExpectNoLeaseOrIngestAsync();
    }

    [SkippableFact]
    public async Task Progress_shows_each_layer_from_waiting_to_done()
    {
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync();
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        await registry.PushAsync(TestImage.Busybox(), "app", "1");
        StepList steps = new();
        await images.Store.PullAsync($"{registry.Host}/app:1", new() { Progress = steps }, CancellationToken.None);
        PullProgress[] layer = [.. steps.Where(s => s.Part != "manifest")];
        Assert.Equal([PullStage.Waiting, PullStage.Downloading, PullStage.Unpacking, PullStage.Done], layer.Select(s => s.Stage).Distinct());
        Assert.Equal(layer[^1].Total, layer.Last(s => s.Stage is PullStage.Downloading).Bytes);
    }

    [SkippableFact]
    public async Task Pull_that_is_cancelled_leaves_nothing()
    {
        using CancellationTokenSource stop = new();
        TaskCompletionSource released = new();
        await using ScriptedRegistry registry = new(TestImage.Busybox(), async (call, self) =>
        {
            if (!call.Request.Url!.AbsolutePath.EndsWith(self.LargestLayer, StringComparison.Ordinal))
                return false;
            await stop.CancelAsync();
            await released.Task;
            return false;
        });
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => images.Store.PullAsync(registry.Reference, new(), stop.Token));
        released.SetResult();
        await Eventually.True(
            async () => (await images.Containerd.Leases.ListAsync(CancellationToken.None)).Count == 0, "the lease is gone");
        await images.ExpectNoLeaseOrIngestAsync();
    }

    private sealed class StepList : List<PullProgress>, IProgress<PullProgress>
    {
        public void Report(PullProgress value) => Add(value);
    }
}
