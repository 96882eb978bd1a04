using Pods.Containerd;
using Pods.Oci;

namespace Pods.Images;

/// <summary>
/// The image records that make an image of blobs. Like CRI we keep three kinds for each: the name, the repository with the
/// digest, and the image's id; so crictl shows the same as we do.
/// </summary>
internal sealed class ImageCatalog(ContainerdClient containerd, string snapshotter)
{
    private static readonly Dictionary<string, string> s_managed = new() { ["io.cri-containerd.image"] = "managed" };

    /// <summary>Names the image; <paramref name="reference"/> is null for an image that came without a name.</summary>
    public async Task<Image> AddAsync(ImageReference? reference, ImageTree tree, CancellationToken cancel)
    {
        string[] names = reference is null
            ? [tree.Id] : [.. new[] { reference.Name, reference.WithDigest(tree.Target.Digest).Name, tree.Id }.Distinct()];
        foreach (string name in names)
            await containerd.Images.PutAsync(new(name, tree.Target, s_managed), cancel);
        ImageRecord[] all = [.. await containerd.Images.ListAsync(cancel, $"target.digest==\"{tree.Target.Digest}\"")];
        return Describe(names[0], tree.Target, tree, all.Select(r => r.Name));
    }

    /// <summary>By complete name or id. Null: not here, or not whole.</summary>
    public async Task<Image?> FindAsync(string name, CancellationToken cancel)
    {
        if (await containerd.Images.FindAsync(name, cancel) is not { } record
            || await TreeAsync(record.Target, cancel) is not { } tree || !await CanRunAsync(tree, cancel))
            return null;
        IEnumerable<ImageRecord> same = (await containerd.Images.ListAsync(cancel)).Where(r => r.Target.Digest == record.Target.Digest);
        return Describe(name, record.Target, tree, same.Select(r => r.Name));
    }

    /// <summary>One per id.</summary>
    public async Task<IReadOnlyList<Image>> ListAsync(CancellationToken cancel)
    {
        List<(ImageRecord Record, ImageTree Tree)> whole = [];
        foreach (var target in (await containerd.Images.ListAsync(cancel)).GroupBy(r => r.Target.Digest))
        {
            if (await TreeAsync(target.First().Target, cancel) is { } tree)
                whole.AddRange(target.Select(record => (record, tree)));
        }
        return
        [
            .. whole.GroupBy(w => w.Tree.Id).Select(same => (Any: same.First(), Names: same.Select(s => s.Record.Name))).Select(
                image => Describe(image.Names.OrderBy(NameRank).First(), image.Any.Record.Target, image.Any.Tree, image.Names)),
        ];
    }

    /// <summary>
    /// Removes a name; the image goes with its last tag, and an id takes all its names along. What then has no name is
    /// collected before the answer. False: there is no such name.
    /// </summary>
    public async Task<bool> RemoveAsync(string name, CancellationToken cancel)
    {
        if (await containerd.Images.FindAsync(name, cancel) is not { } record)
            return false;
        string[] all = [.. (await containerd.Images.ListAsync(cancel)).Where(r => r.Target.Digest == record.Target.Digest).Select(r => r.Name)];
        string[] doomed = Doomed(name, all);
        for (int i = 0; i < doomed.Length; i++)
            await containerd.Images.DeleteAsync(doomed[i], sync: i == doomed.Length - 1, cancel);
        return true;
    }

    /// <summary>Which of an image's names go when one is removed, decided purely.</summary>
    internal static string[] Doomed(string name, IReadOnlyList<string> all)
    {
        if (Sha256Digest.IsValid(name))
            return [.. all];
        string repository = Repository(name);
        // The digest that came with a tag stays as long as the repository has a tag.
        bool hasTag = all.Any(n => n != name && NameRank(n) == 0 && Repository(n) == repository);
        string[] doomed = [.. all.Where(n => n == name || (!hasTag && NameRank(n) == 1 && Repository(n) == repository))];
        return all.Except(doomed).All(Sha256Digest.IsValid) ? [.. all] : doomed;
    }

    // Unpacked, or to be unpacked: ctr and crictl can leave an image with less.
    private async Task<bool> CanRunAsync(ImageTree tree, CancellationToken cancel)
    {
        if (await containerd.Snapshots(snapshotter).FindAsync(tree.ChainId, cancel) is not null)
            return true;
        foreach (ImageDescriptor layer in tree.Manifest.Layers)
        {
            if (await containerd.Content.FindAsync(layer.Digest, cancel) is null)
                return false;
        }
        return true;
    }

    private async Task<ImageTree?> TreeAsync(ImageDescriptor target, CancellationToken cancel)
    {
        try
        {
            return await ImageTree.ReadAsync(target, PlatformChoice.Machine, part => containerd.Content.ReadAsync(part.Digest, cancel));
        }
        catch (ImageException)
        {
            // Not an image for this machine, or no image: other users of containerd keep what they like.
            return null;
        }
    }

    private static Image Describe(string name, ImageDescriptor target, ImageTree tree, IEnumerable<string> names)
    {
        ILookup<int, string> byRank = names.ToLookup(NameRank);
        return new()
        {
            Name = name,
            Id = tree.Id,
            Digest = target.Digest,
            RepoTags = [.. byRank[0].Order(StringComparer.Ordinal)],
            RepoDigests = [.. byRank[1].Order(StringComparer.Ordinal)],
            Size = tree.Size,
            ChainId = tree.ChainId,
            Config = tree.Config,
            Tree = tree,
        };
    }

    // 0 for a tag, 1 for a repository with a digest, 2 for an id.
    private static int NameRank(string name) => Sha256Digest.IsValid(name) ? 2 : name.Contains('@') ? 1 : 0;

    private static string Repository(string name)
    {
        int at = name.IndexOf('@');
        return at >= 0 ? name[..at] : name[..name.LastIndexOf(':')];
    }
}
