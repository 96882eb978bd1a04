using Pods.Images;

namespace Pods.Node;

/// <summary>The images that nothing needs: no container of containerd, whoever made it, no pod of ours, and not the pause image.</summary>
public sealed class UnusedImages(NodeServices node)
{
    public async Task<IReadOnlyList<Image>> FindAsync(CancellationToken cancel)
    {
        // Pods first: a container that is made meanwhile is of an image that one of them names.
        HashSet<string?> named =
        [
            node.Options.PauseImage,
            .. node.Store.List().SelectMany(p => PodChanges.Containers(p.Pod)).Select(c => c.Image),
            .. node.Store.List().SelectMany(p => p.Pod.Spec!.Volumes ?? []).Select(v => v.Image?.Reference),
            .. (await node.Containerd.Containers.ListAsync(cancel)).Select(c => c.Image),
        ];
        HashSet<string> used = [];
        foreach (string name in named.OfType<string>().Where(n => n.Length > 0))
            if (await TryFindAsync(name, cancel) is { } image)
                used.Add(image.Id);
        return [.. (await node.Images.ListAsync(cancel)).Where(i => !used.Contains(i.Id)).DistinctBy(i => i.Id)];
    }

    /// <summary>Answers what was removed.</summary>
    public async Task<IReadOnlyList<Image>> RemoveAsync(CancellationToken cancel)
    {
        IReadOnlyList<Image> unused = await FindAsync(cancel);
        foreach (Image image in unused)
            await RemoveAsync(image, cancel);
        return unused;
    }

    /// <summary>By all its names: what no name holds, containerd's own collection frees.</summary>
    public async Task RemoveAsync(Image image, CancellationToken cancel)
    {
        foreach (string name in image.RepoTags.Concat(image.RepoDigests).Append(image.Name).Distinct())
            await node.Images.RemoveAsync(name, cancel);
    }

    private async Task<Image?> TryFindAsync(string name, CancellationToken cancel)
    {
        try
        {
            return await node.Images.FindAsync(name, cancel);
        }
        catch (ImageException)
        {
            return null;   // no name that could be here, or an image that is broken: nothing can run from it
        }
    }
}
