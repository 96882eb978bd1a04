using Containerd.Types;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>`-info`: containerd 2 asks once, before the first container, what the OCI runtime behind the shim can do.</summary>
internal static class Introspection
{
    private const string RuntimeType = "io.containerd.pods.v1";
    private const string FeaturesType = "types.containerd.io/opencontainers/runtime-spec/1/features/Features";

    public static async Task RunAsync()
    {
        Any asked = Any.Parser.ParseFrom(await StandardStreams.ReadInputAsync());
        RuntimeInfo answer = new()
        {
            Name = RuntimeType,
            Version = new() { Version = BuildVersion.Version, Revision = BuildVersion.Revision },
            Options = asked.TypeUrl.Length > 0 ? asked : null,
        };
        // Without features CRI does without recursive read-only mounts and user namespaces: a runtime that cannot tell
        // them still runs containers.
        if (await FeaturesOfAsync(ShimOptions.Decode(asked).Runtime) is { Length: > 0 } features)
            answer.Features = new() { TypeUrl = FeaturesType, Value = features };
        await StandardStreams.WriteAsync(answer.ToByteArray());
    }

    /// <summary>What `runc features` prints; null if it fails. A runtime that is not there is an error.</summary>
    private static async Task<ByteString?> FeaturesOfAsync(string runtime)
    {
        using Pipe output = Pipe.Create();
        Child child = Children.BecomeSubreaper().Spawn(new()
        {
            File = runtime,
            Arguments = [runtime, "features"],
            Descriptors = new Dictionary<int, FileDescriptor> { [1] = output.Write },
        });
        output.Write.Dispose();
        using MemoryStream features = new();
        byte[] buffer = new byte[4096];
        while (output.Read.TryRead(buffer, out int count) && count > 0)
            features.Write(buffer, 0, count);
        return (await child.Exited).Status == 0 ? ByteString.CopyFrom(features.ToArray()) : null;
    }
}
