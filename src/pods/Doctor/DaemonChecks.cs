using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Doctor;

/// <summary>podsd as its clients see it, and what pods that are gone have left behind.</summary>
internal sealed class DaemonChecks(Machine machine, DaemonSettings settings, PodsClient client)
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
                await new LeftoverCheck(machine, settings, async () => (await client.ListPodsAsync(new(), cancel)).Items ?? []).RunAsync(cancel),
            ];
        }
        catch (CliException e)
        {
            return [Finding.Failure("podsd", e.Message, "systemctl start podsd")];
        }
    }
}
