using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>The answer to Stats: what a container has used, in the message of the machine's cgroup version.</summary>
internal static class Metrics
{
    /// <returns>Null if the cgroup is gone.</returns>
    public static Any? TryRead(Cgroup cgroup)
    {
        if (!cgroup.Exists) return null;
        // By hand: Any.Pack would need the descriptors, 0.8 MB of memory for the rest of the shim's life.
        return cgroup.IsUnified
            ? new Any { TypeUrl = "io.containerd.cgroups.v2.Metrics", Value = MetricsV2.Read(cgroup).ToByteString() }
            : new Any { TypeUrl = "io.containerd.cgroups.v1.Metrics", Value = MetricsV1.Read(cgroup).ToByteString() };
    }
}
