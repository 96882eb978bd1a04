using System.Reflection;
using Google.Protobuf.Reflection;
using Pods.TestKit;

namespace Pods.Protocol.Tests;

/// <summary>protoc of the build, here used to read .proto files: ours and containerd's by the same parser.</summary>
internal static class ProtoCompiler
{
    // The directory of the Grpc.Tools package; the project file passes it on.
    private static readonly string s_package = typeof(ProtoCompiler).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Grpc.Tools").Value!;

    /// <summary>One file without what it imports, which is found below the roots.</summary>
    public static async Task<FileDescriptorProto> ReadAsync(string file, IEnumerable<string> roots)
    {
        using ScratchDirectory scratch = new();
        string output = scratch.File("set");
        string protoc = Path.Combine(s_package, "tools", "linux_x64", "protoc");
        IEnumerable<string> includes = roots.Append(Path.Combine(s_package, "build", "native", "include"));
        (await Command.RunAsync(protoc, [.. includes.Select(root => "-I" + root), "--descriptor_set_out=" + output, file])).Succeeded();
        return FileDescriptorSet.Parser.ParseFrom(await File.ReadAllBytesAsync(output)).File.Single();
    }
}
