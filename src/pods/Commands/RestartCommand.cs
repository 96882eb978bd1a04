using System.CommandLine;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class RestartCommand : VerbCommand
{
    // Beyond the grace period: hooks, the runtime and a busy machine.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Argument<string[]> _words = new("pod") { Description = "names of pods", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _container = new("--container", "-c") { Description = "this container only", HelpName = "name" };
    private readonly Option<bool> _wait = new("--wait") { Description = "wait until the containers have been started anew", DefaultValueFactory = _ => true };
    private readonly Option<string?> _timeout = new("--timeout") { Description = "how long to wait; two minutes more than the pod's grace period when absent", HelpName = "duration" };

    public RestartCommand(CommandContext context) : base(context, "restart", "Stop the containers of pods and start them anew; the pod and its address stay.")
    {
        Arguments.Add(_words);
        Options.Add(_container);
        Options.Add(_wait);
        Options.Add(_timeout);
        Examples = [("all containers of a pod", "pods restart web"), ("one of them", "pods restart web -c app")];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        string space = Namespace(parsed);
        IReadOnlyList<string> names = ResourceArguments.Names(parsed.GetValue(_words)!);
        List<Pod> before = [];
        foreach (string name in names)
            before.Add(await client.GetPodAsync(space, name, cancel));
        // Asked for all at once, so that their grace periods run beside each other.
        string query = parsed.GetValue(_container) is { } container ? "?container=" + Uri.EscapeDataString(container) : "";
        foreach (string name in names)
        {
            using HttpContent nothing = new ByteArrayContent([]);
            await client.PostAsync($"{PodsClient.OwnPodPath(space, name)}/restart{query}", nothing, KubernetesJson.Default.ApiStatus, cancel);
        }
        foreach (Pod pod in before)
        {
            string name = pod.Metadata!.Name!;
            if (parsed.GetValue(_wait))
                await WaitAsync(client, parsed, pod, cancel);
            Output.WriteLine($"pod/{name} {(parsed.GetValue(_wait) ? "restarted" : "restarting")}");
        }
        return 0;
    }

    private Task WaitAsync(PodsClient client, ParseResult parsed, Pod before, CancellationToken cancel)
    {
        string name = before.Metadata!.Name!;
        TimeSpan limit = parsed.GetValue(_timeout) is { } text ? Durations.ParseLimit(text)
            : Patience + TimeSpan.FromSeconds(Math.Clamp(before.Spec!.TerminationGracePeriodSeconds ?? 30, 0, 1_000_000));
        Dictionary<string, string?> runs = Running(before).Where(s => (parsed.GetValue(_container) ?? s.Name) == s.Name)
            .ToDictionary(s => s.Name!, s => s.ContainerID);
        return PodWait.UntilAsync(client, before.Metadata.Namespace!, name, now => now?.Metadata?.Uid != before.Metadata.Uid
                || now!.Status?.Phase is "Succeeded" or "Failed"
                || Statuses(now).All(s => !runs.TryGetValue(s.Name!, out string? old) || s.ContainerID != old),
            limit, $"the containers of pod/{name} to start anew; it goes on: pods describe pod {name}", cancel);
    }

    /// <summary>Containers and sidecars; an init container that has done its work is not run again.</summary>
    private static IEnumerable<ContainerStatus> Running(Pod pod) => Statuses(pod).Where(s => s.State?.Running is not null);

    private static IEnumerable<ContainerStatus> Statuses(Pod pod) =>
        (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []);
}
