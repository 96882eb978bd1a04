using Pods.Manifests;

namespace Pods.Node;

/// <summary>The end of a pod's record: it is forgotten, or given over to the pod that takes its place.</summary>
internal static class Succession
{
    /// <returns>The uid of the pod that is there now in its place.</returns>
    /// <exception cref="IOException">The new one cannot be written down: the old record stays for another try.</exception>
    public static string? End(NodeServices node, string uid)
    {
        lock (node.Admitting)
        {
            // Until it is the successor that was asked for last: another may come, or be taken back, while this one is prepared.
            while (node.Store.FindByUid(uid) is { Successor: { } wanted })
                if (node.Store.TrySucceed(uid, Begin(node, uid, wanted)))
                    return wanted.Metadata!.Uid;
            node.Store.Remove(uid);
            return null;
        }
    }

    private static StoredPod Begin(NodeServices node, string uid, Pod wanted)
    {
        DateTimeOffset now = node.Time.GetUtcNow();
        Pod pod = wanted with { Metadata = wanted.Metadata! with { CreationTimestamp = now } };
        try
        {
            StoredPod[] others = [.. node.Store.List().Where(p => p.Pod.Metadata!.Uid != uid)];
            return new() { Pod = pod, Memory = new() { Cpus = node.Cpus.Give(pod, others), FirstUser = UserRanges.Give(pod, others) } };
        }
        catch (NodeException e)
        {
            // Its cpus or ids have gone to another meanwhile. It is not lost: it has failed, as with the kubelet, and says why.
            return new() { Pod = pod, Memory = new() { Verdict = new("UnexpectedAdmissionError", e.Message, now) } };
        }
    }
}
