using System.Text;
using Pods.TestKit;
using static Pods.Images.Tests.ScriptedRegistry;

namespace Pods.Images.Tests;

public sealed class LoginTests
{
    [SkippableFact]
    public async Task Registry_with_passwords_gives_to_who_has_the_right_one()
    {
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync("me", "secret");
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        await registry.PushAsync(TestImage.Busybox(), "app", "1");
        string reference = $"{registry.Host}/app:1";

        ImageException none = await Assert.ThrowsAsync<ImageException>(() => images.Store.PullAsync(reference, new(), CancellationToken.None));
        ImageException wrong = await Assert.ThrowsAsync<ImageException>(() => images.Store.PullAsync(
            reference, new() { DockerConfigs = [Login.Config(registry.Host, "me", "guess")] }, CancellationToken.None));
        Image image = await images.Store.PullAsync(
            reference,
            new() { DockerConfigs = [Login.Config(registry.Host, "me", "guess"), Login.Config(registry.Host, "me", "secret")] },
            CancellationToken.None);

        Assert.Equal([ImageFailure.Unauthorized, ImageFailure.Unauthorized], [none.Kind, wrong.Kind]);
        Assert.Contains($"{registry.Host} wants a login", none.Message);
        Assert.Contains($"{registry.Host} refuses the login that is configured for it", wrong.Message);
        Assert.Equal([reference], image.RepoTags);
    }

    [SkippableFact]
    public async Task Token_is_fetched_with_the_scope_that_is_asked_and_renewed_when_it_runs_out()
    {
        int tokens = 0;
        List<string> queries = [];
        await using ScriptedRegistry registry = new(TestImage.Busybox(), async (call, self) =>
        {
            if (call.Request.Url!.AbsolutePath == "/token")
            {
                lock (queries)
                    queries.Add(call.Request.Url.Query);
                bool isMe = call.Request.Headers["Authorization"] == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("me:secret"));
                await AnswerAsync(call, isMe ? 200 : 401, $$"""{"token":"t{{++tokens}}","expires_in":60}""");
                return true;
            }
            // The first token is good for the manifest only: it has run out by the time of the blobs.
            bool isBlob = call.Request.Url.AbsolutePath.Contains("/blobs/");
            if (call.Request.Headers["Authorization"] == (isBlob ? "Bearer t2" : "Bearer t1"))
                return false;
            call.Response.AddHeader(
                "WWW-Authenticate", $"Bearer realm=\"http://{self.Host}/token\",service=\"test\",scope=\"repository:app:pull\"");
            await AnswerAsync(call, 401);
            return true;
        });
        await using ImagesFixture images = await ImagesFixture.StartAsync();

        await images.Store.PullAsync(
            registry.Reference, new() { DockerConfigs = [Login.Config(registry.Host, "me", "secret")] }, CancellationToken.None);

        Assert.Equal(2, tokens);
        Assert.All(queries, q => Assert.Equal("?scope=repository%3Aapp%3Apull&service=test", q));
    }

    [SkippableFact]
    public async Task Registry_that_refuses_every_token_is_not_asked_forever()
    {
        int tokens = 0;
        await using ScriptedRegistry registry = new(TestImage.Busybox(), async (call, self) =>
        {
            if (call.Request.Url!.AbsolutePath == "/token")
                await AnswerAsync(call, 200, $$"""{"access_token":"t{{++tokens}}"}""");
            else
            {
                call.Response.AddHeader("WWW-Authenticate", $"Bearer realm=\"http://{self.Host}/token\"");
                await AnswerAsync(call, 401);
            }
            return true;
        });
        await using ImagesFixture images = await ImagesFixture.StartAsync();
        ImageException refused = await Assert.ThrowsAsync<ImageException>(
            () => images.Store.PullAsync(registry.Reference, new(), CancellationToken.None));
        Assert.Equal(ImageFailure.Unauthorized, refused.Kind);
        Assert.InRange(tokens, 1, 10);
    }
}
