using System.CommandLine;
using Pods.Cli.Client;
using Pods.Cli.Output;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class PruneCommand : VerbCommand
{
    private static readonly TimeSpan DeletionLimit = TimeSpan.FromMinutes(2);

    private readonly Option<bool> _images = new("--images") { Description = "also images that neither a pod nor any container of containerd uses" };
    private readonly Option<bool> _all = new("--all-namespaces", "-A") { Description = "in every namespace" };

    public PruneCommand(CommandContext context) : base(context, "prune", "Delete the pods that are over: Succeeded or Failed.")
    {
        Options.Add(_images);
        Options.Add(_all);
        Examples = [("pods that are over, and images that nobody uses", "pods prune -A --images")];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        PodList list = await client.ListPodsAsync(new() { Namespace = parsed.GetValue(_all) ? null : Namespace(parsed) }, cancel);
        foreach (Pod pod in (list.Items ?? []).Where(p => p.Status?.Phase is "Succeeded" or "Failed"))
        {
            string space = pod.Metadata!.Namespace!, name = pod.Metadata.Name!;
            await client.DeletePodAsync(space, name, graceSeconds: 0, cancel);
            // The pod's image is unused only once the pod is gone.
            await PodWait.UntilAsync(client, space, name, p => p?.Metadata?.Uid != pod.Metadata.Uid,
                DeletionLimit, $"the deletion of pods/{name}", cancel);
            Output.WriteLine($"pod \"{name}\" deleted");
        }
        if (!parsed.GetValue(_images))
            return 0;
        using HttpContent nothing = new ByteArrayContent([]);
        ImageList removed = await client.PostAsync("/pods/v1/images/prune", nothing, KubernetesJson.Default.ImageList, cancel, PodsClient.SweepLimit);
        foreach (ImageSummary image in removed.Items ?? [])
            Output.WriteLine($"image \"{(image.Names is [var name, ..] ? name : image.Digest)}\" deleted ({Bytes.Short(image.Size)})");
        return 0;
    }
}
