using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Pods.Containerd;

/// <summary>What a container's shim is told of its runtime, in the message that runc's own shim takes.</summary>
public static class RuncOptions
{
    /// <summary>Null where everything is as the shim has it by itself.</summary>
    /// <param name="program">The OCI runtime; "" for runc.</param>
    /// <param name="systemdCgroup">systemd makes the container's cgroup: its path in the spec is slice:prefix:name.</param>
    /// <param name="owner">Whose, user's and group's, the container's streams are.</param>
    public static Any? Of(string program, bool systemdCgroup, uint owner) => program.Length == 0 && !systemdCgroup && owner == 0 ? null : new()
    {
        TypeUrl = "containerd.runc.v1.Options",
        Value = new global::Containerd.Runc.V1.Options
        {
            BinaryName = program, SystemdCgroup = systemdCgroup, IoUid = owner, IoGid = owner,
        }.ToByteString(),
    };
}
