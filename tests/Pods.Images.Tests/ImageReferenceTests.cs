namespace Pods.Images.Tests;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox:latest")]
    [InlineData("busybox:1.36", "docker.io/library/busybox:1.36")]
    [InlineData("team/app", "docker.io/team/app:latest")]
    [InlineData("index.docker.io/busybox", "docker.io/library/busybox:latest")]
    [InlineData("localhost/app", "localhost/app:latest")]
    [InlineData("localhost:5000/app", "localhost:5000/app:latest")]
    [InlineData("127.0.0.1:5000/a/b/c:v1", "127.0.0.1:5000/a/b/c:v1")]
    [InlineData("[::1]:5000/app:v1", "[::1]:5000/app:v1")]
    [InlineData("registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10")]
    [InlineData("Host/app", "Host/app:latest")]
    [InlineData("a__b/c-d.e:T_1", "docker.io/a__b/c-d.e:T_1")]
    [InlineData("busybox@" + Digest, "docker.io/library/busybox@" + Digest)]
    [InlineData("busybox:1.36@" + Digest, "docker.io/library/busybox@" + Digest)]
    public void Name_is_made_complete_as_docker_does(string text, string complete) =>
        Assert.Equal(complete, ImageReference.Parse(text).Name);

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("Busybox", "a repository's name is lower-case")]
    [InlineData("host.example/Team/app", "a repository's name is lower-case")]
    [InlineData("busybox:", "\"\" is not a tag")]
    [InlineData("busybox:-1", "\"-1\" is not a tag")]
    [InlineData("a//b", "\"a//b\" is not the name of a repository")]
    [InlineData("a/../b", "\"a/../b\" is not the name of a repository")]
    [InlineData("a b", "\"library/a b\" is not the name of a repository")]
    [InlineData("-host.example/app", "\"-host.example\" is not the name of a registry")]
    [InlineData("host:port/app", "\"host:port\" is not the name of a registry")]
    [InlineData("https://host.example/app", "\"https:\" is not the name of a registry")]
    [InlineData("busybox@sha256:abc", "\"sha256:abc\" is not sha256: and 64 lower-case hexadecimal digits")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "64 hexadecimal digits are the id of an image")]
    public void Bad_name_is_refused_with_the_part_that_is_bad(string text, string problem)
    {
        ImageException refused = Assert.Throws<ImageException>(() => ImageReference.Parse(text));
        Assert.Equal(ImageFailure.InvalidReference, refused.Kind);
        Assert.Equal($"\"{text}\" is not the name of an image: {problem}", refused.Message);
    }

    [Fact]
    public void Ten_thousand_mutations_are_parsed_or_refused()
    {
        const int Seed = 20261121;
        Random random = new(Seed);
        string[] seeds = ["docker.io/library/busybox:1.36", "localhost:5000/a/b@" + Digest, "[::1]:5000/app"];
        for (int i = 0; i < 10_000; i++)
        {
            char[] text = seeds[random.Next(seeds.Length)].ToCharArray();
            for (int change = random.Next(1, 4); change > 0; change--)
                text[random.Next(text.Length)] = (char)random.Next(1, 128);
            string mutated = new(text);
            bool isGood = ImageReference.TryParse(mutated, out ImageReference? parsed, out string? problem);
            Assert.True(isGood ? ImageReference.Parse(parsed!.Name).Name == parsed.Name : problem is not null, $"seed {Seed}, case {i}: {mutated}");
        }
    }
}
