using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>A claim is a directory of this machine, which is there before the first pod that uses it and after the last.</summary>
internal sealed class ClaimVolumes(NodeServices node)
{
    private const int WorldWritable = 0b111_111_111;

    public void Prepare(Pod pod, ClaimVolumeSource source, string path)
    {
        SupportingObject claim = node.Objects.Find(SupportingKind.Claim, pod.Metadata!.Namespace!, source.ClaimName!)
            ?? throw new SpecException($"persistentvolumeclaim \"{source.ClaimName}\" not found");
        // The pods that had it before go on with it until they end.
        if (claim.Metadata!.DeletionTimestamp is { } deleted && pod.Metadata.CreationTimestamp >= deleted)
            throw new SpecException($"persistentvolumeclaim \"{source.ClaimName}\" is being deleted");
        if (claim.Spec?.AccessModes?.Contains("ReadWriteOncePod") == true && FirstUser(claim) is { } first && first.Metadata!.Uid != pod.Metadata.Uid)
            throw new SpecException(
                $"volume uses the ReadWriteOncePod access mode and is already in use by another pod: \"{first.Metadata.Namespace}/{first.Metadata.Name}\"");
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path);
            Files.Chmod(path, WorldWritable);
        }
        if (source.ReadOnly != true)
            VolumeOwner.Give(pod, path);
    }

    /// <summary>Whether a pod of this node names it; one that has ended and was not deleted does too, as in Kubernetes.</summary>
    public static bool IsUsed(NodeServices node, string space, string name) =>
        node.Store.List().Any(stored => stored.Pod.Metadata!.Namespace == space && Uses(stored.Pod, name));

    /// <summary>The earliest of the pods that still run or will: the same answer for all of them, whoever asks first.</summary>
    private Pod? FirstUser(SupportingObject claim) => node.Store.List().Select(stored => stored.Pod)
        .Where(pod => pod.Metadata!.Namespace == claim.Metadata!.Namespace && Uses(pod, claim.Metadata!.Name!)
            && pod.Status?.Phase is not (PodOutcome.Succeeded or PodOutcome.Failed))
        .OrderBy(pod => (pod.Metadata!.CreationTimestamp, pod.Metadata.Uid)).FirstOrDefault();

    private static bool Uses(Pod pod, string claim) => (pod.Spec!.Volumes ?? []).Any(v => v.PersistentVolumeClaim?.ClaimName == claim);
}
