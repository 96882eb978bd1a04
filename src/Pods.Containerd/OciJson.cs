using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Pods.Containerd;

/// <summary>OCI's JSON inside containerd's messages: an Any whose type URL is the Go type's name, its value the JSON itself.</summary>
internal static class OciJson
{
    private const string Prefix = "types.containerd.io/opencontainers/runtime-spec/1/";

    public static Any Spec(ReadOnlyMemory<byte> json) => Of("Spec", json);
    public static Any Process(ReadOnlyMemory<byte> json) => Of("Process", json);
    public static Any LinuxResources(ReadOnlyMemory<byte> json) => Of("LinuxResources", json);

    private static Any Of(string type, ReadOnlyMemory<byte> json) =>
        new() { TypeUrl = Prefix + type, Value = ByteString.CopyFrom(json.Span) };
}
