using System.Net;
using Pods.TestKit;
using static Pods.Images.Tests.ScriptedRegistry;

namespace Pods.Images.Tests;

public sealed class MisbehavingRegistryTests
{
    private static readonly TestImage s_image = TestImage.Busybox();

    [SkippableFact]
    public async Task Dropped_connection_is_resumed_where_it_broke()
    {
        int drops = 0;
        await using ScriptedRegistry registry = new(s_image, async (call, self) =>
        {
            if (!IsBlob(call, self) || drops == 2)
                return false;
            int third = self.Blob(self.LargestLayer).Length / 3;
            await self.BreakOffAsync(call, self.LargestLayer, drops * third, (drops + 1) * third);
            drops++;
            return true;
        });
        await using ImagesFixture images = await ImagesFixture.StartAsync();

        Image image = await images.Store.PullAsync(registry.Reference, new(), CancellationToken.None);

        Assert.Equal(s_image.ConfigDigest, image.Id);
        Assert.True(registry.Count("GET", "bytes=") >= 1, string.Join('\n', registry.Requests));
        Assert.Equal(3, registry.Count("GET", registry.LargestLayer));
        await images.ExpectNoLeaseOrIngestAsync();
    }

    [SkippableFact]
    public async Task Server_error_and_rate_limit_are_tried_again()
    {
        int calls = 0;
        await using ScriptedRegistry registry = new(s_image, async (call, self) =>
        {
            if (!IsBlob(call, self) || calls++ >= 2)
                return false;
            call.Response.AddHeader("Retry-After", "0");
            await AnswerAsync(call, calls == 1 ? 503 : 429);
            return true;
        });
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        await images.Store.PullAsync(registry.Reference, new(), CancellationToken.None);
        Assert.Equal(3, registry.Count("GET", registry.LargestLayer));
    }

    [SkippableTheory]
    [InlineData("digest", ImageFailure.BadContent, "gives a layer whose digest is sha256:")]
    [InlineData("longer", ImageFailure.BadContent, " bytes, not the ")]
    [InlineData("shorter", ImageFailure.BadContent, " bytes, not the ")]
    [InlineData("limit", ImageFailure.RateLimited, "limits the rate of pulls (\"slow down\"): try again in 3600 s")]
    [InlineData("denied", ImageFailure.Unauthorized, "wants a login")]
    public async Task Failure_is_a_sentence_and_leaves_nothing(string fault, ImageFailure kind, string sentence)
    {
        await using ScriptedRegistry registry = new(s_image, async (call, self) =>
        {
            if (!IsBlob(call, self))
                return false;
            byte[] blob = [.. self.Blob(self.LargestLayer)];
            switch (fault)
            {
                case "digest": blob[100] ^= 1; break;
                case "longer": blob = [.. blob, 0]; break;
                case "shorter": blob = blob[..^1]; break;
                case "limit":
                    call.Response.AddHeader("Retry-After", "3600");
                    await AnswerAsync(call, 429, """{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}""");
                    return true;
                default:
                    await AnswerAsync(call, 403);
                    return true;
            }
            call.Response.ContentLength64 = blob.Length;
            await call.Response.OutputStream.WriteAsync(blob);
            call.Response.Close();
            return true;
        });
        await using ImagesFixture images = await ImagesFixture.StartAsync();

        ImageException failure = await Assert.ThrowsAsync<ImageException>(
            () => images.Store.PullAsync(registry.Reference, new(), CancellationToken.None));

        Assert.Equal(kind, failure.Kind);
        Assert.StartsWith($"pull \"{registry.Reference}\": {registry.Host} ", failure.Message);
        Assert.Contains(sentence, failure.Message);
        Assert.Null(await images.Store.FindAsync(registry.Reference, CancellationToken.None));
        await images.ExpectNoLeaseOrIngestAsync();
    }

    [SkippableFact]
    public async Task Missing_image_is_not_found_and_says_where()
    {
        await using ScriptedRegistry registry = new(s_image, (_, _) => Task.FromResult(false));
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        ImageException failure = await Assert.ThrowsAsync<ImageException>(
            () => images.Store.PullAsync($"{registry.Host}/app:2", new(), CancellationToken.None));
        Assert.Equal(ImageFailure.NotFound, failure.Kind);
        Assert.Equal(
            $"pull \"{registry.Host}/app:2\": {registry.Host} has no such image (\"manifest unknown\"): check the name and the tag", failure.Message);
    }

    [SkippableFact]
    public async Task Registry_that_does_not_run_is_unreachable()
    {
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        string host = $"127.0.0.1:{FreePort.Find()}";
        ImageException failure = await Assert.ThrowsAsync<ImageException>(
            () => images.Store.PullAsync($"{host}/app:1", new(), CancellationToken.None));
        Assert.Equal(ImageFailure.Unreachable, failure.Kind);
        Assert.Equal(
            $"pull \"{host}/app:1\": {host} refuses the connection: check that the registry runs and the port is right", failure.Message);
        await images.ExpectNoLeaseOrIngestAsync();
    }

    [SkippableFact]
    public async Task Redirect_to_blob_storage_does_not_carry_the_login()
    {
        string? leaked = null;
        int stored = 0;
        await using ScriptedRegistry storage = new(s_image, (call, _) =>
        {
            leaked ??= call.Request.Headers["Authorization"];
            stored++;
            return Task.FromResult(false);
        });
        await using ScriptedRegistry registry = new(s_image, async (call, self) =>
        {
            if (call.Request.Headers["Authorization"] is null)
            {
                call.Response.AddHeader("WWW-Authenticate", "Basic realm=\"test\"");
                await AnswerAsync(call, 401);
                return true;
            }
            if (!IsBlob(call, self))
                return false;
            call.Response.AddHeader("Location", $"http://{storage.Host}{call.Request.Url!.AbsolutePath}");
            await AnswerAsync(call, 307);
            return true;
        });
        await using ImagesFixture images = await ImagesFixture.StartAsync();

        await images.Store.PullAsync(registry.Reference, new() { DockerConfigs = [Login.Config(registry.Host, "me", "secret")] }, CancellationToken.None);

        Assert.Equal(1, stored);
        Assert.Null(leaked);
    }

    private static bool IsBlob(HttpListenerContext call, ScriptedRegistry registry) =>
        call.Request.HttpMethod == "GET" && call.Request.Url!.AbsolutePath.EndsWith(registry.LargestLayer, StringComparison.Ordinal);
}
