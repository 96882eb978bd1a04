using System.CommandLine;
using System.Text.Json;
using Pods.Cli.Client;
using Pods.Cli.Output;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class WaitCommand : VerbCommand
{
    private readonly Argument<string[]> _words = new("pod") { Description = "names of pods", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> _for = new("--for")
    {
        Description = "condition=TYPE[=STATUS], create, delete, or jsonpath={PATH}=VALUE",
        Required = true,
        HelpName = "what",
    };
    private readonly Option<string> _timeout = new("--timeout") { Description = "how long to wait; negative: for ever", DefaultValueFactory = _ => "30s", HelpName = "duration" };

    public WaitCommand(CommandContext context) : base(context, "wait", "Wait until pods are as asked for.")
    {
        Arguments.Add(_words);
        Options.Add(_for);
        Options.Add(_timeout);
        Examples =
        [
            ("until the pod serves", "pods wait --for=condition=Ready pod/web --timeout=60s"),
            ("until it is gone", "pods wait --for=delete pod/web"),
            ("until it has ended well", "pods wait --for=jsonpath={.status.phase}=Succeeded pod/job"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        PodExpectation expectation = PodExpectation.Parse(parsed.GetValue(_for)!);
        string text = parsed.GetValue(_timeout)!;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (!text.StartsWith('-'))
            limit.CancelAfter(Durations.ParseLimit(text));
        foreach (string name in ResourceArguments.Names(parsed.GetValue(_words)!))
        {
            try
            {
                await PodWait.UntilAsync(client, Namespace(parsed), name, pod => expectation.IsMet(name, pod), limit.Token);
                Output.WriteLine($"pod/{name} {expectation.Met}");
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new CliException($"error: timed out waiting for {expectation.Wanted} on pods/{name} after {text}");
            }
        }
        return 0;
    }
}

/// <summary>What <c>--for</c> asks for.</summary>
internal sealed record PodExpectation(string Wanted, string Met, Func<Pod?, bool?> Check)
{
    public static PodExpectation Parse(string text)
    {
        if (text == "delete")
            return new("deletion", "deleted", pod => pod is null);
        if (text == "create")
            return new("creation", "condition met", pod => pod is not null);
        if (text.StartsWith("condition=", StringComparison.Ordinal))
        {
            string[] words = text["condition=".Length..].Split('=', 2);
            string wanted = words.Length == 2 ? words[1] : "True";
            return new($"condition {words[0]}", "condition met", pod => pod is null ? null
                : (pod.Status?.Conditions ?? []).Any(c => Same(c.Type, words[0]) && Same(c.Status, wanted)));
        }
        if (text.StartsWith("jsonpath=", StringComparison.Ordinal) && text.LastIndexOf("}=", StringComparison.Ordinal) is var end and > 0)
        {
            string path = text["jsonpath=".Length..(end + 1)].Trim('\''), value = text[(end + 2)..];
            return new($"{path}={value}", "condition met", pod => pod is null ? null
                : JsonPath.Render(path, JsonSerializer.SerializeToElement(pod, KubernetesJson.Default.Pod)) == value);
        }
        throw new CliException($"error: unrecognized condition: \"{text}\"; allowed: condition=TYPE[=STATUS], create, delete, jsonpath={{PATH}}=VALUE",
            CliException.Usage);
    }

    /// <exception cref="CliException">There is no such pod, and something is to become true of it.</exception>
    public bool IsMet(string name, Pod? pod) =>
        Check(pod) ?? throw new CliException($"Error from server (NotFound): pods \"{name}\" not found");

    private static bool Same(string? left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
