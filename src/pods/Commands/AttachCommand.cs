using System.CommandLine;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class AttachCommand : VerbCommand
{
    private readonly Argument<string> _pod = new("pod") { Description = "the pod's name" };
    private readonly Option<string?> _container = new("--container", "-c") { Description = "the container; the first when absent", HelpName = "name" };
    private readonly Option<bool> _stdin = new("--stdin", "-i") { Description = "pass standard input on" };
    private readonly Option<bool> _tty = new("--tty", "-t") { Description = "with a terminal" };

    public AttachCommand(CommandContext context) : base(context, "attach", "Look into a running container, and type into it. It goes on when you leave.")
    {
        Arguments.Add(_pod);
        foreach (Option option in new Option[] { _container, _stdin, _tty })
            Options.Add(option);
        Examples =
        [
            ("what it writes from now on", "pods attach web"),
            ("a container with stdin: true and tty: true", "pods attach -it shell"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        string space = Namespace(parsed), name = ResourceArguments.Name(parsed.GetValue(_pod)!);
        Pod pod = await client.GetPodAsync(space, name, cancel);
        if (pod.Status?.Phase is "Succeeded" or "Failed")
            throw new CliException($"error: cannot attach a container in a completed pod; current phase is {pod.Status.Phase}");
        string container = parsed.GetValue(_container) ?? DefaultContainer.Of(pod, Error);
        return await Attachment.RunAsync(client, pod, container, parsed.GetValue(_stdin), parsed.GetValue(_tty), Error, cancel);
    }
}
