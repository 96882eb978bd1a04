using System.Text;

namespace Pods.Images.Tests;

public sealed class KeyringTests
{
    [Theory]
    [InlineData("registry.example.com", "registry.example.com/app")]
    [InlineData("https://registry.example.com/v2/", "registry.example.com/app")]
    [InlineData("*.example.com", "registry.example.com/app")]
    [InlineData("reg?stry.*.com:5000", "registry.example.com:5000/app")]
    [InlineData("registry.example.com/team", "registry.example.com/team/app")]
    [InlineData("https://index.docker.io/v1/", "busybox")]
    [InlineData("docker.io", "busybox")]
    public void Credential_is_found_for_an_image_it_is_for(string registry, string image) =>
        Assert.Equal("me", Assert.Single(Keyring((registry, "me")).Find(ImageReference.Parse(image))).User);

    [Theory]
    [InlineData("registry.example.com", "registry.example.com:5000/app")]
    [InlineData("*.example.com", "example.com/app")]
    [InlineData("*.example.com", "a.b.example.com/app")]
    [InlineData("registry.example.com/team", "registry.example.com/teamwork/app")]
    [InlineData("registry.example.com", "busybox")]
    public void Credential_is_not_given_to_another_registry(string registry, string image) =>
        Assert.Empty(Keyring((registry, "me")).Find(ImageReference.Parse(image)));

    [Fact]
    public void The_longest_path_is_tried_first() =>
        Assert.Equal(
            ["deep", "team", "all"],
            Keyring(("r.example/team", "team"), ("r.example", "all"), ("r.example/team/app", "deep"))
                .Find(ImageReference.Parse("r.example/team/app")).Select(c => c.User));

    [Fact]
    public void Name_and_password_can_stand_in_clear_or_in_auth()
    {
        Keyring keyring = new();
        keyring.Add("""{"auths":{"a.example":{"username":"u","password":"p:q"},"b.example":{"auth":"dTpwOnE="}}}"""u8, "test");
        Assert.Equal(("u", "p:q"), Only(keyring, "a.example/x"));
        Assert.Equal(("u", "p:q"), Only(keyring, "b.example/x"));
    }

    [Fact]
    public void Credential_never_prints_its_password() =>
        Assert.DoesNotContain("secret", new RegistryCredential { User = "me", Password = "secret" }.ToString());

    [Theory]
    [InlineData("{", "the file is not JSON in the form of Docker's config.json (line 1)")]
    [InlineData("""{"auths":{"a":{"auth":"!!"}}}""", "the file: the auth of \"a\" is not user:password in base64")]
    [InlineData("""{"auths":{"a":{"auth":"dXNlcg=="}}}""", "the file: the auth of \"a\" is not user:password in base64")]
    public void Bad_file_is_refused_by_name(string json, string message)
    {
        ImageException refused = Assert.Throws<ImageException>(() => new Keyring().Add(Encoding.UTF8.GetBytes(json), "the file"));
        Assert.Equal(message, refused.Message);
    }

    private static (string, string) Only(Keyring keyring, string image)
    {
        RegistryCredential credential = Assert.Single(keyring.Find(ImageReference.Parse(image)));
        return (credential.User, credential.Password);
    }

    private static Keyring Keyring(params (string Registry, string User)[] entries)
    {
        Keyring keyring = new();
        foreach (var (registry, user) in entries)
            keyring.Add(Encoding.UTF8.GetBytes("{\"auths\":{\"" + registry + "\":{\"username\":\"" + user + "\",\"password\":\"x\"}}}"), "test");
        return keyring;
    }
}
