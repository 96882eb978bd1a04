using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Pods.Containerd;

/// <summary>What a container's shim is told of its runtime, in the message that runc's own shim takes.</summary>
public static class RuncOptions
{
    /// <summary>systemd makes the container's cgroup: its path in the spec is slice:prefix:name.</summary>
    public static Any SystemdCgroup { get; } = new()
    {
        TypeUrl = "containerd.runc.v1.Options",
        Value = new global::Containerd.Runc.V1.Options { SystemdCgroup = true }.ToByteString(),
    };
}
