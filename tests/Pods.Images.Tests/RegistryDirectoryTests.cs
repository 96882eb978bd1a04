using Pods.TestKit;

namespace Pods.Images.Tests;

public sealed class RegistryDirectoryTests
{
    [Theory]
    [InlineData("docker.io", "https://registry-1.docker.io/v2/")]
    [InlineData("r.example", "https://r.example/v2/")]
    [InlineData("plain.example:80", "http://plain.example/v2/")]
    [InlineData("localhost:5000", "http://localhost:5000/v2/")]
    [InlineData("127.0.0.1:5000", "http://127.0.0.1:5000/v2/")]
    [InlineData("[::1]:5000", "http://[::1]:5000/v2/")]
    public void Registry_without_configuration_is_asked_itself(string host, string root) =>
        Assert.Equal(root, Assert.Single(new RegistryDirectory(
            new() { CertsDirectory = null, PlainHttp = ["plain.example:80"] }).Endpoints(host)).Root.ToString());

    [Theory]
    [InlineData("r.example:5000", "r.example_5000_")]
    [InlineData("r.example:5000", "r.example:5000")]
    [InlineData("r.example:5000", "_default")]
    public void Hosts_file_is_found_where_containerd_looks(string host, string directory)
    {
        using ScratchDirectory scratch = new();
        Directory.CreateDirectory(scratch.File(directory));
        File.WriteAllText(Path.Combine(scratch.File(directory), "hosts.toml"), "[host.\"https://mirror.example\"]");
        IReadOnlyList<RegistryEndpoint> found = new RegistryDirectory(new() { CertsDirectory = scratch.Path }).Endpoints(host);
        Assert.Equal(["https://mirror.example/v2/", "https://r.example:5000/v2/"], found.Select(e => e.Root.ToString()));
    }

    [Fact]
    public void Bad_hosts_file_is_named()
    {
        using ScratchDirectory scratch = new();
        Directory.CreateDirectory(scratch.File("r.example"));
        string file = Path.Combine(scratch.File("r.example"), "hosts.toml");
        File.WriteAllText(file, "server =");
        ImageException refused = Assert.Throws<ImageException>(
            () => new RegistryDirectory(new() { CertsDirectory = scratch.Path }).Endpoints("r.example"));
        Assert.Equal($"{file}: line 1: a value was expected, not the end of the file", refused.Message);
    }
}
