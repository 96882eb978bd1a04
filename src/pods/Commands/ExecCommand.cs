using System.CommandLine;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class ExecCommand : VerbCommand
{
    private readonly Argument<string> _pod = new("pod") { Description = "the pod's name" };
    private readonly Argument<string[]> _command = new("command") { Description = "what to run, after --", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _container = new("--container", "-c") { Description = "the container; the first when absent", HelpName = "name" };
    private readonly Option<bool> _stdin = new("--stdin", "-i") { Description = "pass standard input on" };
    private readonly Option<bool> _tty = new("--tty", "-t") { Description = "with a terminal" };

    public ExecCommand(CommandContext context) : base(context, "exec", "Run a command in a container.")
    {
        Arguments.Add(_pod);
        Arguments.Add(_command);
        foreach (Option option in new Option[] { _container, _stdin, _tty })
            Options.Add(option);
        Examples =
        [
            ("a shell", "pods exec -it web -c app -- sh"),
            ("one command; its exit code is ours", "pods exec web -- cat /etc/resolv.conf"),
            ("a file into the container", "pods exec -i web -- sh -c 'cat > /tmp/file' < file"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        string space = Namespace(parsed), name = ResourceArguments.Name(parsed.GetValue(_pod)!);
        bool stdin = parsed.GetValue(_stdin), tty = parsed.GetValue(_tty);
        Pod pod = await client.GetPodAsync(space, name, cancel);
        if (pod.Status?.Phase is "Succeeded" or "Failed")
            throw new CliException($"error: cannot exec into a container in a completed pod; current phase is {pod.Status.Phase}");
        if (tty && (!stdin || Console.IsInputRedirected))
        {
            Error.WriteLine("Unable to use a TTY - input is not a terminal or the right kind of file");
            tty = false;
        }
        string container = parsed.GetValue(_container) ?? DefaultContainer.Of(pod, Error);
        List<string> query = [.. parsed.GetValue(_command)!.Select(w => "command=" + Uri.EscapeDataString(w))];
        query.AddRange([$"container={Uri.EscapeDataString(container)}", "stdout=true", $"stdin={Flag(stdin)}", $"tty={Flag(tty)}", $"stderr={Flag(!tty)}"]);
        if (tty)
        {
            var (columns, rows) = Linux.Terminal.Size(0);
            query.Add($"width={columns}&height={rows}");
        }
        string path = $"{PodsClient.PodPath(space, name)}/exec?{string.Join('&', query)}";
        return await ExecSession.RunAsync(client, path, stdin, tty, Error, cancel);
    }

    private static string Flag(bool on) => on ? "true" : "false";
}
