using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.Network.Tests;

/// <summary>A directory of CNI plugins that are shell scripts, the record of their calls, and a network made of them.</summary>
internal sealed class FakePlugins : IDisposable
{
    public const string Result =
        """{"cniVersion":"1.0.0","interfaces":[{"name":"veth0"},{"name":"eth0","sandbox":"/x"}],"ips":[{"address":"fd00::2/64","interface":1},{"address":"10.1.2.3/16","interface":1}]}""";

    private readonly ScratchDirectory _scratch = new();

    public FakePlugins()
    {
        foreach (string name in new[] { "bin", "conf", "cache", "calls" })
            Directory.CreateDirectory(_scratch.File(name));
    }

    public string ConfigurationDirectory => _scratch.File("conf");

    public NetworkOptions Options => new()
    {
        ConfigurationDirectory = _scratch.File("conf"),
        PluginDirectories = [_scratch.File("bin")],
        CacheDirectory = _scratch.File("cache"),
    };

    /// <summary>The plugin answers VERSION, records its calls, and runs the script for every other command.</summary>
    public void Add(string name, string script, string versions = "\"0.3.1\",\"0.4.0\",\"1.0.0\"")
    {
        string path = _scratch.File("bin/" + name);
        File.WriteAllText(path,
            $$"""
            #!/bin/sh
            if [ "$CNI_COMMAND" = VERSION ]; then echo '{"cniVersion":"1.0.0","supportedVersions":[{{versions}}]}'; exit; fi
            count=$(ls '{{_scratch.File("calls")}}' | wc -l)
            call='{{_scratch.File("calls")}}'/$(printf %04d "$count")-{{name}}-$CNI_COMMAND
            { env | grep ^CNI_; cat; } > "$call"
            {{script}}

            """);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Remove(string name) => File.Delete(_scratch.File("bin/" + name));

    public void Configure(string text, string file = "10-test.conflist") => File.WriteAllText(_scratch.File("conf/" + file), text);

    /// <summary>A list of these plugins, by name.</summary>
    public void ConfigureList(params string[] plugins) => Configure(
        $$"""{"cniVersion":"1.0.0","name":"test","plugins":[{{string.Join(',', plugins.Select(p => $"{{\"type\":\"{p}\"}}"))}}]}""");

    /// <summary>The calls so far, in order, as "plugin-VERB".</summary>
    public string[] Calls => [.. Files().Select(file => Path.GetFileName(file)[5..])];

    public string Environment(int call) => File.ReadAllText(Files()[call]).Split('{')[0];

    public JsonNode Input(int call)
    {
        string text = File.ReadAllText(Files()[call]);
        return JsonNode.Parse(text[text.IndexOf('{')..])!;
    }

    public void Dispose() => _scratch.Dispose();

    private string[] Files() => [.. Directory.GetFiles(_scratch.File("calls")).Order(StringComparer.Ordinal)];
}
