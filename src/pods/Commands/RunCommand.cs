using System.CommandLine;
using System.Security.Cryptography;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class RunCommand : VerbCommand
{
    private const string NameLetters = "bcdfghjklmnpqrstvwxz2456789";

    private readonly Argument<string> _image = new("image") { Description = "the image of the pod's one container" };
    private readonly Argument<string[]> _command = new("args") { Description = "arguments of its program, after --", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _name = new("--name") { Description = "of the pod; made of the image's when absent", HelpName = "name" };
    private readonly Option<bool> _isCommand = new("--command") { Description = "what comes after -- is the program too" };
    private readonly Option<string[]> _env = new("--env", "-e") { Description = "a variable, NAME=VALUE", HelpName = "variable" };
    private readonly Option<string[]> _publish = new("--publish", "-p") { Description = "a port of the host, [HOST:]PORT", HelpName = "ports" };
    private readonly Option<string> _restart = new("--restart") { Description = "Always, OnFailure or Never", DefaultValueFactory = _ => "Always", HelpName = "policy" };
    private readonly Option<bool> _stdin = new("--stdin", "-i") { Description = "stay, and pass standard input on" };
    private readonly Option<bool> _tty = new("--tty", "-t") { Description = "with a terminal" };
    private readonly Option<bool> _remove = new("--rm") { Description = "stay until it is over, then delete it" };
    private readonly Option<string> _timeout = new("--timeout") { Description = "how long it may take to start", DefaultValueFactory = _ => "2m", HelpName = "duration" };

    public RunCommand(CommandContext context) : base(context, "run", "Run an image as a pod of one container.")
    {
        Arguments.Add(_image);
        Arguments.Add(_command);
        foreach (Option option in new Option[] { _name, _isCommand, _env, _publish, _restart, _stdin, _tty, _remove, _timeout })
            Options.Add(option);
        Examples =
        [
            ("a web server on port 8080 of this machine", "pods run nginx --name web -p 8080:80"),
            ("a shell, gone when you leave it", "pods run -it --rm busybox -- sh"),
            ("one command and its exit code", "pods run --rm busybox -- echo hello"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        bool stdin = parsed.GetValue(_stdin), stays = stdin || parsed.GetValue(_remove);
        Pod pod = await client.CreatePodAsync(Namespace(parsed), PodOf(parsed, stays), cancel);
        string name = pod.Metadata!.Name!;
        if (!stays)
        {
            Output.WriteLine($"pod/{name} created");
            return 0;
        }
        try
        {
            return await FollowAsync(client, parsed, pod, stdin, cancel);
        }
        finally
        {
            if (parsed.GetValue(_remove))
                await RemoveAsync(client, pod);
        }
    }

    /// <summary>To its end: what it writes, or a terminal on it; the exit code is its own.</summary>
    private async Task<int> FollowAsync(PodsClient client, ParseResult parsed, Pod pod, bool stdin, CancellationToken cancel)
    {
        string space = pod.Metadata!.Namespace!, name = pod.Metadata.Name!, container = pod.Spec!.Containers![0].Name!;
        await WaitForStartAsync(client, parsed, space, name, cancel);
        if (stdin && (await client.GetPodAsync(space, name, cancel)).Status?.Phase == "Running")
            return await Attachment.RunAsync(client, pod, container, stdin, parsed.GetValue(_tty), Error, cancel);
        await using (Stream log = await client.OpenAsync(HttpMethod.Get, $"{PodsClient.PodPath(space, name)}/log?follow=true", null, cancel))
        await using (Stream output = Context.Terminals.OpenOutput())
            await log.CopyToAsync(output, cancel);
        int code = 0;
        await PodWait.UntilAsync(client, space, name, p => p is null || ExitCode(p, out code), cancel);
        return code;
    }

    private async Task WaitForStartAsync(PodsClient client, ParseResult parsed, string space, string name, CancellationToken cancel)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Durations.ParseLimit(parsed.GetValue(_timeout)!));
        string? waiting = null;
        try
        {
            await PodWait.UntilAsync(client, space, name, p =>
            {
                ContainerState? state = p?.Status?.ContainerStatuses is [var status, ..] ? status.State : null;
                waiting = state?.Waiting is { Message: { Length: > 0 } why } told ? $"{told.Reason}: {why}" : state?.Waiting?.Reason;
                return p is null || state?.Running is not null || state?.Terminated is not null || p.Status?.Phase is "Failed";
            }, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CliException($"error: timed out waiting for pod \"{name}\" to start: {waiting}");
        }
    }

    private static bool ExitCode(Pod pod, out int code)
    {
        ContainerStateTerminated? ended = pod.Status?.ContainerStatuses is [var status, ..] ? status.State?.Terminated : null;
        code = ended?.ExitCode ?? (pod.Status?.Phase == "Failed" ? 1 : 0);
        return pod.Status?.Phase is "Succeeded" or "Failed";
    }

    private async Task RemoveAsync(PodsClient client, Pod pod)
    {
        try
        {
            await client.DeletePodAsync(pod.Metadata!.Namespace!, pod.Metadata.Name!, graceSeconds: 1, CancellationToken.None);
        }
        catch (CliException e)
        {
            Error.WriteLine(e.Message);
        }
    }

    private Pod PodOf(ParseResult parsed, bool stays)
    {
        string image = parsed.GetValue(_image)!, name = parsed.GetValue(_name) ?? NameOf(image);
        string[] words = parsed.GetValue(_command) ?? [];
        bool isCommand = parsed.GetValue(_isCommand);
        return new()
        {
            ApiVersion = Pod.GroupVersion,
            Kind = Pod.ObjectKind,
            Metadata = new() { Name = name, Namespace = Namespace(parsed), Labels = new Dictionary<string, string> { ["run"] = name } },
            Spec = new()
            {
                // One that is looked at to its end has an end.
                RestartPolicy = stays ? "Never" : parsed.GetValue(_restart),
                Containers =
                [
                    new()
                    {
                        Name = name,
                        Image = image,
                        Command = isCommand && words.Length > 0 ? words : null,
                        Args = !isCommand && words.Length > 0 ? words : null,
                        Env = parsed.GetValue(_env) is { Length: > 0 } env ? [.. env.Select(Variable)] : null,
                        Ports = parsed.GetValue(_publish) is { Length: > 0 } ports ? [.. ports.Select(Port)] : null,
                        Stdin = parsed.GetValue(_stdin) ? true : null,
                        Tty = parsed.GetValue(_tty) ? true : null,
                    },
                ],
            },
        };
    }

    private static string NameOf(string image)
    {
        string last = image.Split('@')[0].Split('/')[^1].Split(':')[0].ToLowerInvariant();
        string safe = string.Concat(last.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        return $"{(safe.Length > 0 ? safe : "pod")}-{RandomNumberGenerator.GetString(NameLetters, 5)}";
    }

    private static EnvVar Variable(string text) => text.Split('=', 2) is [{ Length: > 0 } name, var value]
        ? new() { Name = name, Value = value } : throw new CliException($"error: invalid variable \"{text}\": expected NAME=VALUE", CliException.Usage);

    private static ContainerPort Port(string text)
    {
        string[] words = text.Split(':');
        if (words.Length <= 2 && ushort.TryParse(words[0], out ushort host) && ushort.TryParse(words[^1], out ushort port))
            return new() { Port = port, HostPort = host };
        throw new CliException($"error: invalid port \"{text}\": expected [HOST:]PORT with numbers up to 65535", CliException.Usage);
    }
}
