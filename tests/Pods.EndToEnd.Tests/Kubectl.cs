using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>kubectl with a home of its own, connected to a podsd.</summary>
public sealed class Kubectl(PodsDaemon podsd) : IAsyncDisposable
{
    private readonly string _program = Find();
    private readonly PortRelay _relay = new(podsd.File("podsd.sock"));
    private int _files;

    public Task<CommandResult> RunAsync(params string[] arguments) => RunAsync(arguments, null);

    public Task<CommandResult> RunAsync(string[] arguments, string? input) => Command.RunAsync(
        _program, ["--server", _relay.Url, "--cache-dir", podsd.File("kubectl"), .. arguments], input,
        new Dictionary<string, string> { ["HOME"] = podsd.Directory, ["KUBECONFIG"] = podsd.File("no-kubeconfig") });

    /// <summary>As on a machine that has this kubeconfig and nothing else.</summary>
    public Task<CommandResult> RunWithAsync(string kubeconfig, params string[] arguments) => Command.RunAsync(
        _program, ["--cache-dir", podsd.File("kubectl"), .. arguments],
        environment: new Dictionary<string, string> { ["HOME"] = podsd.Directory, ["KUBECONFIG"] = kubeconfig });

    /// <summary>One that goes on until it is stopped.</summary>
    public DaemonProcess Start(string logPath, IReadOnlyDictionary<string, string> environment, params string[] arguments) => DaemonProcess.Start(
        _program, ["--server", _relay.Url, "--cache-dir", podsd.File("kubectl"), .. arguments], logPath,
        new Dictionary<string, string>(environment) { ["HOME"] = podsd.Directory, ["KUBECONFIG"] = podsd.File("no-kubeconfig") });

    /// <summary>A file with this text.</summary>
    public string Write(string manifest)
    {
        string path = podsd.File($"manifest-{++_files}.yaml");
        File.WriteAllText(path, manifest);
        return path;
    }

    public ValueTask DisposeAsync() => _relay.DisposeAsync();

    /// <summary>The one that fetch-newer.sh brought: its version is known. Else the machine's.</summary>
    private static string Find()
    {
        string fetched = Path.Combine(ContainerdVersions.Newer, "kubectl/usr/bin/kubectl");
        string? program = File.Exists(fetched) ? fetched : Requires.FindProgram("kubectl");
        Skip.If(program is null, "needs kubectl (tests/fetch-newer.sh, or on PATH)");
        return program!;
    }
}
