using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Doctor;

/// <summary>podsd as its clients see it, and what earlier pods have left behind.</summary>
internal sealed class DaemonChecks(Machine machine, PodsClient client)
{
    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancel)
    {
        try
        {
            NodeVersion version = await client.GetAsync("/version", KubernetesJson.Default.NodeVersion, cancel);
            PodList pods = await client.ListPodsAsync(new(), cancel);
            return
            [
                Finding.Ok("podsd", $"{version.GitVersion?.TrimStart('v')}, {pods.Items?.Count ?? 0} pods"),
                version.Containerd is { } containerd ? Finding.Ok("podsd to containerd", containerd.TrimStart('v'))
                    : Finding.Failure("podsd to containerd", "podsd does not reach containerd", "systemctl restart containerd"),
                Leftovers(pods),
            ];
        }
        catch (CliException e)
        {
            return [Finding.Failure("podsd", e.Message, "systemctl start podsd")];
        }
    }

    // podsd clears them away when it starts, so that they can only come from something that went wrong since.
    private Finding Leftovers(PodList pods)
    {
        HashSet<string> known = [.. (pods.Items ?? []).Select(pod => pod.Metadata?.Uid ?? "")];
        string[] left = [.. from parent in new[] { "/var/lib/pods/pods", "/run/pods/pods" }
                            from uid in machine.List(parent)
                            where !known.Contains(uid)
                            select $"{parent}/{uid}"];
        return left is [] ? Finding.Ok("leftover state", "none")
            : Finding.Warning("leftover state", string.Join(", ", left) + " belong to no pod", "systemctl restart podsd");
    }
}
