namespace Pods.Images.Tests;

public sealed class HostsFileTests
{
    private static readonly RegistryEndpoint s_origin = new() { Root = new("https://r.example/v2/") };

    [Fact]
    public void Mirrors_come_in_the_order_of_the_file_and_the_server_last()
    {
        IReadOnlyList<RegistryEndpoint> found = Parse("""
            # mirrors of r.example
            server = "https://real.example"

            [host."http://near.example:5000"]
              capabilities = ["pull"]
              [host."http://near.example:5000".header]
                X-Site = "berlin"
                X-Many = [ "a", 'b', ]
            [host.'https://far.example/v2/cache']
              capabilities = ["pull", "resolve"]
              override_path = true
              ca = "ca.pem"
              client = [["/abs/c.pem", "k.pem"]]
              skip_verify = true
              dial_timeout = "3s"
            """);
        Assert.Equal(
            ["http://near.example:5000/v2/", "https://far.example/v2/cache/", "https://real.example/v2/"], found.Select(e => e.Root.ToString()));
        Assert.Equal([false, true, true], found.Select(e => e.CanResolve));
        Assert.Equal(["r.example", "r.example", null], found.Select(e => e.MirrorOf));
        Assert.Equal("X-Site=berlin X-Many=a X-Many=b", string.Join(' ', found[0].Headers.Select(h => $"{h.Key}={h.Value}")));
        Assert.Equal(["/certs/ca.pem"], found[1].Tls.Authorities);
        Assert.Equal([("/abs/c.pem", "/certs/k.pem")], found[1].Tls.ClientPairs);
        Assert.True(found[1].Tls.SkipVerify);
        Assert.Equal(TimeSpan.FromSeconds(3), found[1].DialTimeout);
    }

    [Fact]
    public void Settings_without_a_server_are_for_the_registry_itself()
    {
        RegistryEndpoint only = Assert.Single(Parse("""ca = ["a.pem", "b.pem"]"""));
        Assert.Equal("https://r.example/v2/", only.Root.ToString());
        Assert.Equal(["/certs/a.pem", "/certs/b.pem"], only.Tls.Authorities);
    }

    [Theory]
    [InlineData("server = \"https://a\"\nserver = \"https://b\"", "line 2: \"server\" is set twice")]
    [InlineData("server = https://a", "line 1: \"https\" is not a value: a string needs quotes")]
    [InlineData("\n\n[host.\"ftp://a\"]", "line 3: \"ftp://a\" is not the address of a registry")]
    [InlineData("[host.\"https://a\"]\nskip_verify = \"yes\"", "line 2: skip_verify wants true or false")]
    [InlineData("[host.\"https://a\"]\ncapabilites = [\"pull\"]", "line 2: \"capabilites\" is not a setting of hosts.toml that is known here")]
    [InlineData("[plugins]\nx = 1", "line 1: [plugins] is not a table of hosts.toml")]
    [InlineData("ca = [\"a\"", "line 1: \",\" or \"]\" was expected in the array, not the end of the file")]
    [InlineData("ca = \"a", "line 1: the string is not closed on its line")]
    [InlineData("header = { a = \"b\" }", "line 1: a table in one line is not supported: write it as [table] with one key a line")]
    [InlineData("ca = \"a\" b", "line 1: the end of the line was expected, not \"b\"")]
    [InlineData("dial_timeout = \"soon\"", "line 1: dial_timeout wants a time like \"3s\"")]
    public void Error_says_its_line(string text, string message) =>
        Assert.Equal(message, Assert.Throws<TomlException>(() => Parse(text)).Message);

    [Fact]
    public void Ten_thousand_mutations_are_parsed_or_refused()
    {
        const int Seed = 20261121;
        Random random = new(Seed);
        const string Whole = "server = \"https://a\"\n[host.\"https://b\"]\ncapabilities = [\"pull\", 'x']\nskip_verify = true\n[host.\"https://b\".header]\nX = \"\\u0041\"\n";
        for (int i = 0; i < 10_000; i++)
        {
            char[] text = Whole.ToCharArray();
            for (int change = random.Next(1, 5); change > 0; change--)
                text[random.Next(text.Length)] = (char)random.Next(1, 128);
            Exception? e = Record.Exception(() => Parse(new(text)));
            Assert.True(e is null or TomlException, $"seed {Seed}, case {i}: {e}");
        }
    }

    private static IReadOnlyList<RegistryEndpoint> Parse(string text) => HostsFile.Parse(text, "/certs", "r.example", s_origin);
}
