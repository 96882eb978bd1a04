using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Pods.TestKit;

namespace Pods.Protocol.Tests;

/// <summary>The envelope of ttrpc has no .proto file in Debian 12: its facts are the tags of ttrpc's Go structures.</summary>
public sealed partial class ProtoTtrpcTests
{
    private const string Types = ProtoReference.Debian + "/github.com/containerd/ttrpc/types.go";

    [SkippableFact]
    public async Task Envelope_has_the_numbers_of_the_go_structures()
    {
        Skip.IfNot(File.Exists(Types), $"needs {Types} (golang-github-containerd-ttrpc-dev 1.1)");
        string root = Path.Combine(Repository.Root, "proto");

        FileDescriptorProto ours = await ProtoCompiler.ReadAsync(Path.Combine(root, "ttrpc/request.proto"), [root]);
        var theirs = Fields(await File.ReadAllTextAsync(Types)).ToHashSet();

        foreach (DescriptorProto message in ours.MessageType)
            foreach (FieldDescriptorProto field in message.Field)
                Assert.Contains((message.Name, field.Name, field.Number, Wire(field)), theirs);
    }

    private static IEnumerable<(string Message, string Name, int Number, string Wire)> Fields(string source)
    {
        string message = "";
        foreach (string line in source.Split('\n'))
        {
            if (Structure().Match(line) is { Success: true } structure)
                message = structure.Groups[1].Value;
            if (Tag().Match(line) is { Success: true } tag)
                yield return (message, tag.Groups[4].Value, int.Parse(tag.Groups[2].Value), $"{tag.Groups[1]},{tag.Groups[3]}");
        }
    }

    private static string Wire(FieldDescriptorProto field) =>
        (field.Type == FieldDescriptorProto.Types.Type.Int64 ? "varint" : "bytes") + "," +
        (field.Label == FieldDescriptorProto.Types.Label.Repeated ? "rep" : "opt");

    [GeneratedRegex(@"^type (\w+) struct")]
    private static partial Regex Structure();

    [GeneratedRegex(@"protobuf:""(\w+),(\d+),(\w+),name=(\w+),")]
    private static partial Regex Tag();
}
