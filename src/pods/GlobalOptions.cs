using System.CommandLine;

namespace Pods.Cli;

/// <summary>Options that every verb takes.</summary>
internal sealed class GlobalOptions
{
    public const string DefaultSocket = "/run/pods/podsd.sock";

    public Option<string> Socket { get; } = new("--socket")
    {
        Description = "podsd's unix socket (also $PODS_SOCKET)",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PODS_SOCKET") is { Length: > 0 } path ? path : DefaultSocket,
        Recursive = true,
        HelpName = "path",
    };

    public Option<string> Namespace { get; } = new("--namespace", "-n")
    {
        Description = "the namespace of the pods",
        DefaultValueFactory = _ => "default",
        Recursive = true,
        HelpName = "name",
    };

    public Option<string?> RequestTimeout { get; } = new("--request-timeout")
    {
        Description = "how long podsd may take to answer a request, 0 for ever; 60s when absent, more for what it waits for itself",
        Recursive = true,
        HelpName = "duration",
    };

    public Option<int> Verbosity { get; } = new("--v", "-v")
    {
        Description = "how much to tell of failures: from 6 on, where in the program they happened",
        Recursive = true,
        HelpName = "level",
    };

    public IEnumerable<Option> All => [Socket, Namespace, RequestTimeout, Verbosity];
}
