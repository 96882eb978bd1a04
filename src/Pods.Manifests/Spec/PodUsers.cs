using Pods.Oci;

namespace Pods.Manifests;

/// <summary>The users of a pod that has its own (hostUsers: false): 0 to 65535 inside, and nobody else's on the machine.</summary>
/// <param name="First">What its root is on the machine.</param>
/// <param name="Namespace">Where its user namespace is pinned.</param>
public sealed record PodUsers(uint First, string Namespace)
{
    /// <summary>As many as the kubelet gives, so that every id of 16 bits is somebody.</summary>
    public const uint Count = 65536;

    internal IReadOnlyList<LinuxIdMapping> Mapping => [new(0, First, Count)];

    /// <exception cref="SpecException">One of them is nobody in the pod.</exception>
    internal void Check(string container, RuntimeUser user)
    {
        foreach (var (name, id) in ((string, uint)[])[("runAsUser", user.Uid), ("runAsGroup", user.Gid), .. (user.AdditionalGids ?? []).Select(g => ("group", g))])
            if (id >= Count)
                throw new SpecException($"container \"{container}\": {name} {id}: a pod with hostUsers: false has the ids 0 to {Count - 1} only");
    }

    /// <summary>A volume shows whoever owns its files as the same id inside.</summary>
    internal static RuntimeMount Map(RuntimeMount mount, PodUsers? users) =>
        users is null || mount.Type != "bind" ? mount : mount with { UidMappings = users.Mapping, GidMappings = users.Mapping };
}
