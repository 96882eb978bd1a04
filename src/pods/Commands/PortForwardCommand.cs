using System.CommandLine;
using System.Net;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class PortForwardCommand : VerbCommand
{
    private readonly Argument<string> _pod = new("pod") { Description = "the pod's name" };
    private readonly Argument<string[]> _ports = new("ports")
    {
        Description = "[LOCAL:]PORT; a local port of 0, or none before the colon, is any that is free",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<string> _address = new("--address")
    {
        Description = "the local address to listen on",
        DefaultValueFactory = _ => "127.0.0.1",
        HelpName = "address",
    };

    public PortForwardCommand(CommandContext context) : base(context, "port-forward", "Make ports of a pod reachable on this machine, until ^C.")
    {
        Arguments.Add(_pod);
        Arguments.Add(_ports);
        Options.Add(_address);
        Examples =
        [
            ("localhost:8080 is port 80 of the pod", "pods port-forward web 8080:80"),
            ("a port that is free, which is printed", "pods port-forward web :80"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        string space = Namespace(parsed), name = ResourceArguments.Name(parsed.GetValue(_pod)!);
        (int Local, int Port)[] ports = [.. parsed.GetValue(_ports)!.Select(Parse)];
        if (!IPAddress.TryParse(parsed.GetValue(_address), out IPAddress? address))
            throw new CliException($"error: \"{parsed.GetValue(_address)}\" is no IP address", CliException.Usage);
        Pod pod = await client.GetPodAsync(space, name, cancel);
        if (pod.Status?.Phase != "Running")
            throw new CliException($"error: unable to forward port because pod is not running. Current status={pod.Status?.Phase}");
        using PortForward forward = new(client, PodsClient.PodPath(space, name), Output, Error);
        foreach (var (local, port) in ports)
            forward.Listen(address, local, port);
        await forward.RunAsync(cancel);
        return 0;
    }

    private static (int, int) Parse(string text)
    {
        string[] words = text.Split(':');
        string local = words.Length == 2 ? words[0] : text, port = words[^1];
        if (words.Length <= 2 && ushort.TryParse(port, out ushort to) && to > 0 && ushort.TryParse(local.Length == 0 ? "0" : local, out ushort from))
            return (from, to);
        throw new CliException($"error: invalid port \"{text}\": expected [LOCAL:]PORT with numbers up to 65535", CliException.Usage);
    }
}
