using Pods.Containerd;
using Pods.Images;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Gets the image of a container or volume as its pull policy says.</summary>
internal sealed class ImageSupply(NodeServices node)
{
    public Task<Image> GetAsync(Pod pod, Container container, CancellationToken cancel) =>
        GetAsync(pod, container.Image!, container.ImagePullPolicy, container.Name, cancel);

    /// <param name="container">Which container the pod's events are told of; null: the pod itself.</param>
    public async Task<Image> GetAsync(Pod pod, string reference, string? policy, string? container, CancellationToken cancel)
    {
        try
        {
            if (policy != "Always" && await node.Images.FindAsync(reference, cancel) is { } present)
            {
                Tell(pod, container, "Pulled", $"Container image \"{reference}\" already present on machine");
                return present;
            }
            if (policy == "Never")
                throw new StepException(StepReason.ErrImageNeverPull, $"container image \"{reference}\" is not present with pull policy of Never");
            Tell(pod, container, "Pulling", $"Pulling image \"{reference}\"");
            DateTimeOffset began = node.Time.GetUtcNow();
            Image pulled = await node.Images.PullAsync(reference, new PullRequest { DockerConfigs = [.. Secrets(pod)] }, cancel);
            long took = (long)(node.Time.GetUtcNow() - began).TotalMilliseconds;
            Tell(pod, container, "Pulled", $"Successfully pulled image \"{reference}\" in {took}ms. Image size: {pulled.Size} bytes.");
            return pulled;
        }
        catch (ImageException e)
        {
            throw new StepException(e.Kind == ImageFailure.InvalidReference ? StepReason.InvalidImageName : StepReason.ErrImagePull, e.Message, e);
        }
    }

    /// <summary>The pause image: as configured, or else the one that came with us.</summary>
    public async Task<Image> GetPauseAsync(CancellationToken cancel)
    {
        string reference = node.Options.PauseImage;
        if (await node.Images.FindAsync(reference, cancel) is { } present)
            return present;
        if (File.Exists(node.Options.PauseArchive))
        {
            await using FileStream archive = File.OpenRead(node.Options.PauseArchive);
            foreach (string name in await node.Images.ImportAsync(archive, null, cancel))
                if (await node.Images.FindAsync(name, cancel) is { } imported)
                    return imported;
        }
        try
        {
            return await node.Images.PullAsync(reference, new PullRequest(), cancel);
        }
        catch (ImageException e)
        {
            throw new StepException(StepReason.FailedCreatePodSandBox,
                $"pause image \"{reference}\": {e.Message}, and there is no archive \"{node.Options.PauseArchive}\"", e);
        }
    }

    private void Tell(Pod pod, string? container, string reason, string message) =>
        node.Events.Tell(pod, ObjectEvent.Normal, reason, message, container);

    private IEnumerable<ReadOnlyMemory<byte>> Secrets(Pod pod)
    {
        foreach (LocalObjectReference secret in pod.Spec!.ImagePullSecrets ?? [])
        {
            if (node.Objects.Find(SupportingKind.Secret, pod.Metadata!.Namespace!, secret.Name!)?.Content()
                .GetValueOrDefault(".dockerconfigjson") is { } config)
            {
                yield return config;
                continue;
            }
            string path = Path.Combine(node.Options.PullSecretDirectory, secret.Name + ".json");
            if (File.Exists(path))
                yield return File.ReadAllBytes(path);
            else
                node.Log($"pod {pod.Metadata!.Namespace}/{pod.Metadata.Name}: imagePullSecrets: no such secret and no file \"{path}\"; pulling without it");
        }
    }
}
