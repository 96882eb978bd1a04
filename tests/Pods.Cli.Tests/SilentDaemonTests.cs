using System.Net.Sockets;
using Pods.TestKit;

namespace Pods.Cli.Tests;

/// <summary>A podsd that takes connections and never answers, stopped or stuck: every verb gives up and says what it waited for.</summary>
public sealed class SilentDaemonTests : IDisposable
{
    private const string Manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: x}]}\n";
    private static readonly string[] NeedNoDaemon = ["check", "doctor", "completion", "man"];

    private static readonly string[] Lines =
    [
        "apply -f POD", "diff -f POD", "get", "describe pod web", "logs web -f", "exec web -- true", "attach web", "port-forward web 0:80",
        "cp POD web:/tmp", "top", "restart web", "scale web --replicas=2", "run image", "prune", "delete web", "wait --for=delete pod/web", "inspect web",
        "events -w", "pull image", "images", "import POD", "rmi image", "halt", "config kubeconfig -o -", "version",
    ];

    private readonly ScratchDirectory _scratch = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _socket;
    private readonly StringWriter _output = new(), _error = new();

    public SilentDaemonTests()
    {
        File.WriteAllText(_scratch.File("pod.yaml"), Manifest);
        _socket = _scratch.File("podsd.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(_socket));
        _listener.Listen(64);   // the kernel takes the connections; nobody reads them
    }

    public void Dispose()
    {
        _listener.Dispose();
        _scratch.Dispose();
    }

    public static TheoryData<string> All => [.. Lines];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Verb_gives_up_and_says_what_it_waited_for(string line)
    {
        string[] words = line.Replace("POD", _scratch.File("pod.yaml")).Split(' ');

        int code = await CommandLine.RunAsync(
            ["--socket", _socket, "--request-timeout=200ms", .. words], new(_output, _error, IsOutputTerminal: false));

        Assert.Equal(1, code);
        Assert.Matches($@"timed out after 0\.2s waiting for podsd at {_socket} to answer (GET|POST|PUT|DELETE) /\S+: is it stopped or overloaded\?",
            _error.ToString());
    }

    [Fact]
    public void Every_verb_that_asks_podsd_is_tried()
    {
        IEnumerable<string> verbs = CommandLine.Build(new(), new(_output, _error, IsOutputTerminal: false)).Subcommands
            .Select(v => v.Name).Except(NeedNoDaemon);

        Assert.Equal(verbs.Order(), Lines.Select(l => l.Split(' ')[0]).Order());
    }
}
