using System.Text.Json;
using Pods.Manifests;

namespace Pods.Cli.Client;

/// <summary>Waits for a fact about a pod: looks once, then follows its changes.</summary>
internal static class PodWait
{
    /// <exception cref="CliException">It did not come true within the limit.</exception>
    public static async Task UntilAsync(
        PodsClient client, string space, string name, Func<Pod?, bool> condition, TimeSpan limit, string what, CancellationToken cancel)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        ending.CancelAfter(limit);
        try
        {
            await UntilAsync(client, space, name, condition, ending.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CliException($"error: timed out after {Durations.Show(limit)} waiting for {what}");
        }
    }

    /// <param name="condition">Called with null when there is no such pod.</param>
    public static async Task UntilAsync(PodsClient client, string space, string name, Func<Pod?, bool> condition, CancellationToken cancel)
    {
        PodQuery query = PodQuery.ForName(space, name);
        while (true)
        {
            PodList list = await client.ListPodsAsync(query, cancel);
            if (condition(list.Items is [var pod, ..] ? pod : null))
                return;
            // The watch begins where the list ended, so no change is missed between the two; when it breaks off, it begins anew.
            await foreach (WatchEvent change in client.WatchPodsAsync(query, list.Metadata?.ResourceVersion, cancel))
            {
                if (change.Type == "ERROR")
                    break;
                if (change.Type != "BOOKMARK"
                    && condition(change.Type == "DELETED" ? null : change.Object.Deserialize(KubernetesJson.Default.Pod)))
                    return;
            }
        }
    }
}
