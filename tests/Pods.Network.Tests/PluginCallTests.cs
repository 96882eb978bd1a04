namespace Pods.Network.Tests;

/// <summary>The order of calls, what plugins are told, and what becomes of their misbehaviour.</summary>
public sealed class PluginCallTests : IDisposable
{
    private readonly FakePlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public async Task Plugins_of_a_list_run_in_order_and_get_the_result_before()
    {
        _plugins.Add("first", $"echo '{FakePlugins.Result}'");
        _plugins.Add("second", $"echo '{FakePlugins.Result.Replace("10.1.2.3", "10.9.9.9")}'");
        _plugins.ConfigureList("first", "second");

        PodNetworkResult result = await SetUpAsync();

        Assert.Equal(["first-ADD", "second-ADD"], _plugins.Calls);
        Assert.Null(_plugins.Input(0)["prevResult"]);
        Assert.Equal("10.1.2.3/16", _plugins.Input(1)["prevResult"]!["ips"]![1]!["address"]!.GetValue<string>());
        Assert.Equal("test", _plugins.Input(1)["name"]!.GetValue<string>());
        Assert.Equal(["10.9.9.9", "fd00::2"], result.Addresses);
        Assert.Equal(("test", "eth0"), (result.NetworkName, result.Interface));
    }

    [Fact]
    public async Task Plugin_is_told_the_pod_and_its_ports_where_it_has_the_capability()
    {
        _plugins.Add("plain", $"echo '{FakePlugins.Result}'");
        _plugins.Add("ports", $"echo '{FakePlugins.Result}'");
        _plugins.Configure(
            """{"cniVersion":"1.0.0","name":"test","plugins":[{"type":"plain"},{"type":"ports","capabilities":{"portMappings":true}}]}""");

        await SetUpAsync(new PortMapping(8080, 80, "TCP", "127.0.0.1"));

        Assert.Contains("CNI_CONTAINERID=s1\n", _plugins.Environment(0));
        Assert.Contains("CNI_IFNAME=eth0\n", _plugins.Environment(0));
        Assert.Contains("CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web;K8S_POD_INFRA_CONTAINER_ID=s1;K8S_POD_UID=u1\n",
            _plugins.Environment(0));
        Assert.Null(_plugins.Input(0)["runtimeConfig"]);
        Assert.Equal("""{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp","hostIP":"127.0.0.1"}]}""",
            _plugins.Input(1)["runtimeConfig"]!.ToJsonString());
    }

    [Fact]
    public async Task Host_ports_without_a_plugin_for_them_are_refused()
    {
        _plugins.Add("plain", $"echo '{FakePlugins.Result}'");
        _plugins.ConfigureList("plain");

        CniException e = await Assert.ThrowsAsync<CniException>(() => SetUpAsync(new PortMapping(8080, 80, "TCP")));

        Assert.Equal("network \"test\" cannot publish host ports: no plugin has the capability portMappings", e.Message);
        Assert.Empty(_plugins.Calls);
    }

    [Fact]
    public async Task Tear_down_runs_in_reverse_with_the_result_and_forgets_the_pod()
    {
        _plugins.Add("first", $"echo '{FakePlugins.Result}'");
        _plugins.Add("second", $"echo '{FakePlugins.Result}'");
        _plugins.ConfigureList("first", "second");
        await SetUpAsync();
        Assert.Equal(["s1"], Network.CachedSandboxes());
        // What was set up is undone by what set it up, and not by what the directory says now.
        _plugins.ConfigureList("other");

        await Network.TearDownAsync("s1", null, default);
        await Network.TearDownAsync("s1", null, default);

        Assert.Equal(["first-ADD", "second-ADD", "second-DEL", "first-DEL"], _plugins.Calls);
        Assert.NotNull(_plugins.Input(2)["prevResult"]);
        Assert.Empty(Network.CachedSandboxes());
    }

    [Theory]
    [InlineData("""echo '{"code":7,"msg":"no range","details":"10.0.0.0/30 is full"}'; exit 1""", "no range: 10.0.0.0/30 is full")]
    [InlineData("""echo '{"code":7,"msg":"no range"}'; echo 'iptables: locked' >&2; exit 1""", "no range: iptables: locked")]
    [InlineData("echo 'panic: oops' >&2; exit 2", "exit 2: panic: oops")]
    [InlineData("echo 'not json'; exit 1", "exit 1: not json")]
    [InlineData("exit 3", "exit 3")]
    [InlineData("exit 0", "no result")]
    [InlineData("echo 'all fine'", "the answer is no JSON object: all fine")]
    [InlineData("echo '[]'", "the answer is no JSON object: []")]
    public async Task Error_of_a_plugin_names_it_and_the_plugins_before_are_undone(string script, string reason)
    {
        _plugins.Add("first", $"echo '{FakePlugins.Result}'");
        _plugins.Add("second", $"if [ \"$CNI_COMMAND\" = ADD ]; then {script}; fi");
        _plugins.ConfigureList("first", "second");

        CniException e = await Assert.ThrowsAsync<CniException>(() => SetUpAsync());

        Assert.Equal("cni plugin second: ADD: " + reason, e.Message);
        Assert.Equal(["first-ADD", "second-ADD", "second-DEL", "first-DEL"], _plugins.Calls);
        Assert.Empty(Network.CachedSandboxes());
        Assert.Null(Network.Find("s1"));
    }

    [Fact]
    public async Task Plugin_that_ends_without_reading_is_judged_by_its_answer()
    {
        _plugins.Add("deaf", "");
        // More than a pipe holds, and nobody reads it.
        _plugins.Configure($$"""{"cniVersion":"1.0.0","name":"test","plugins":[{"type":"deaf","padding":"{{new string('x', 200_000)}}"}]}""");
        File.WriteAllText(Path.Combine(_plugins.Options.PluginDirectories[0], "deaf"),
            $$"""
            #!/bin/sh
            if [ "$CNI_COMMAND" = VERSION ]; then echo '{"supportedVersions":["1.0.0"]}'; exit; fi
            echo '{{FakePlugins.Result}}'

            """);

        PodNetworkResult result = await SetUpAsync();

        Assert.Equal("10.1.2.3", result.Addresses[0]);
    }

    [Fact]
    public async Task Newest_version_that_all_plugins_support_is_taken()
    {
        _plugins.Add("new", $"echo '{FakePlugins.Result}'", "\"0.4.0\",\"1.0.0\",\"1.1.0\"");
        _plugins.Add("old", $"echo '{FakePlugins.Result}'");
        _plugins.Configure("""{"cniVersions":["0.4.0","1.0.0","1.1.0"],"name":"test","plugins":[{"type":"new"},{"type":"old"}]}""");

        await SetUpAsync();

        Assert.Equal("1.0.0", _plugins.Input(0)["cniVersion"]!.GetValue<string>());
        Assert.Null(_plugins.Input(0)["cniVersions"]);
    }

    [Fact]
    public async Task Plugins_without_a_version_in_common_are_refused_before_anything_is_done()
    {
        _plugins.Add("old", $"echo '{FakePlugins.Result}'", "\"0.3.1\"");
        _plugins.Configure("""{"cniVersions":["0.4.0","1.0.0"],"name":"test","plugins":[{"type":"old"}]}""");

        CniException e = await Assert.ThrowsAsync<CniException>(() => SetUpAsync());

        Assert.Equal("network \"test\": its plugins support none of 1.0.0, 0.4.0 together", e.Message);
        Assert.Empty(_plugins.Calls);
        Assert.Empty(Network.CachedSandboxes());
    }

    [Fact]
    public async Task Program_that_cannot_be_started_is_named_with_the_reason()
    {
        _plugins.Add("locked", "");
        File.SetUnixFileMode(Path.Combine(_plugins.Options.PluginDirectories[0], "locked"), UnixFileMode.UserRead);
        _plugins.ConfigureList("locked");

        CniException e = await Assert.ThrowsAsync<CniException>(() => SetUpAsync());

        Assert.StartsWith($"cni plugin locked: ADD: {_plugins.Options.PluginDirectories[0]}/locked: ", e.Message);
    }

    [Fact]
    public async Task Check_tells_a_pod_whose_network_was_changed()
    {
        _plugins.Add("only", $"echo '{FakePlugins.Result}'");
        _plugins.ConfigureList("only");
        Assert.False(await Network.CheckAsync("s1", default));
        await SetUpAsync();
        Assert.True(await Network.CheckAsync("s1", default));

        _plugins.Add("only", """echo '{"code":100,"msg":"address is gone"}'; exit 1""");

        Assert.False(await Network.CheckAsync("s1", default));
    }

    [Fact]
    public async Task Set_up_again_answers_from_the_record_and_after_a_crash_starts_anew()
    {
        _plugins.Add("first", $"echo '{FakePlugins.Result}'");
        _plugins.Add("second", $"echo '{FakePlugins.Result}'");
        _plugins.ConfigureList("first", "second");
        PodNetworkResult result = await SetUpAsync();

        PodNetworkResult again = await SetUpAsync();

        Assert.Equal(result.Addresses, again.Addresses);
        Assert.Equal(2, _plugins.Calls.Length);
        // What podsd finds when it was killed between the two plugins.
        string record = Path.Combine(_plugins.Options.CacheDirectory, "s1.json");
        File.WriteAllText(record, File.ReadAllText(record).Replace("\"isComplete\":true", "\"isComplete\":false"));
        Assert.Null(Network.Find("s1"));
        await SetUpAsync();
        Assert.Equal(["second-DEL", "first-DEL", "first-ADD", "second-ADD"], _plugins.Calls[2..]);
        Assert.NotNull(_plugins.Input(2)["prevResult"]);
    }

    [Fact]
    public async Task Garbage_of_the_dead_is_collected_and_the_plugins_hear_of_the_living()
    {
        _plugins.Add("only", $"echo '{FakePlugins.Result}'", "\"1.0.0\",\"1.1.0\"");
        _plugins.Configure("""{"cniVersion":"1.1.0","name":"test","plugins":[{"type":"only"}]}""");
        await SetUpAsync();
        await Network.SetUpAsync(Request() with { SandboxId = "s2" }, default);

        await Network.CollectAsync(["s2"], default);

        Assert.Equal(["only-ADD", "only-ADD", "only-DEL", "only-GC"], _plugins.Calls);
        Assert.Contains("CNI_CONTAINERID=s1\n", _plugins.Environment(2));
        Assert.Equal("""[{"containerID":"s2","ifname":"eth0"}]""", _plugins.Input(3)["cni.dev/valid-attachments"]!.ToJsonString());
        Assert.Equal(["s2"], Network.CachedSandboxes());
    }

    [Fact]
    public async Task Sandbox_id_that_is_a_path_is_refused()
    {
        CniException e = await Assert.ThrowsAsync<CniException>(() => Network.TearDownAsync("../x", null, default));

        Assert.Equal("sandbox id \"../x\": letters, digits, '_', '.' and '-' are possible", e.Message);
    }

    // A fresh one each time: nothing may depend on what podsd remembers.
    private PodNetwork Network => new(_plugins.Options);

    private Task<PodNetworkResult> SetUpAsync(params PortMapping[] ports) =>
        Network.SetUpAsync(Request() with { Ports = ports }, default);

    private static PodNetworkRequest Request() => new()
    {
        SandboxId = "s1",
        NetworkNamespace = "/proc/self/ns/net",
        PodName = "web",
        PodNamespace = "default",
        PodUid = "u1",
    };
}
