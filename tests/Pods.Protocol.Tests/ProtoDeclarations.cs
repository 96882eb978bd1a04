using Google.Protobuf.Reflection;

namespace Pods.Protocol.Tests;

/// <summary>
/// A set of .proto files as lines to compare: the full name of each message, field, enum value and method, and what of
/// it both ends must agree on, as text.
/// </summary>
internal static class ProtoDeclarations
{
    /// <summary>What C# or containerd's own history made us name differently; none of these names travels.</summary>
    private static readonly (string Theirs, string Ours)[] s_renamed =
    [
        ("containerd.types.Descriptor", "containerd.types.BlobDescriptor"),
        ("containerd.services.events.v1.Envelope", "containerd.types.Envelope"),
        ("containerd.services.events.ttrpc.v1.Envelope", "containerd.types.Envelope"),
    ];

    public static IEnumerable<(string Name, string Text)> Of(FileDescriptorProto file)
    {
        foreach (DescriptorProto message in file.MessageType)
            foreach (var line in OfMessage(OurName($"{file.Package}.{message.Name}"), message))
                yield return line;
        foreach (EnumDescriptorProto values in file.EnumType)
            foreach (var line in OfEnum($"{file.Package}.{values.Name}", values))
                yield return line;
        foreach (ServiceDescriptorProto service in file.Service)
            foreach (MethodDescriptorProto method in service.Method)
                yield return ($"{file.Package}.{service.Name}/{method.Name}", OfMethod(method));
    }

    private static IEnumerable<(string Name, string Text)> OfMessage(string name, DescriptorProto message)
    {
        yield return (name, "message");
        foreach (FieldDescriptorProto field in message.Field)
            yield return ($"{name}.{field.Name}", OfField(field));
        foreach (DescriptorProto nested in message.NestedType)
            foreach (var line in OfMessage($"{name}.{nested.Name}", nested))
                yield return line;
        foreach (EnumDescriptorProto values in message.EnumType)
            foreach (var line in OfEnum($"{name}.{values.Name}", values))
                yield return line;
    }

    private static IEnumerable<(string Name, string Text)> OfEnum(string name, EnumDescriptorProto values) =>
        values.Value.Select(value => ($"{name}.{value.Name}", $"= {value.Number}"));

    private static string OfField(FieldDescriptorProto field)
    {
        string type = field.TypeName.Length > 0 ? OurName(field.TypeName[1..]) : field.Type.ToString().ToLowerInvariant();
        string presence = field.Proto3Optional ? "explicitly optional" : field.Label.ToString().ToLowerInvariant();
        string choice = field is { HasOneofIndex: true, Proto3Optional: false } ? " of a oneof" : "";
        return $"{presence} {type} = {field.Number}{choice}";
    }

    private static string OfMethod(MethodDescriptorProto method) =>
        $"({(method.ClientStreaming ? "stream " : "")}{OurName(method.InputType[1..])}) returns " +
        $"({(method.ServerStreaming ? "stream " : "")}{OurName(method.OutputType[1..])})";

    private static string OurName(string message)
    {
        foreach (var (theirs, ours) in s_renamed)
            if (message == theirs || message.StartsWith(theirs + '.', StringComparison.Ordinal))
                return ours + message[theirs.Length..];
        // The messages of Task v2 and v3 are one set here; the services keep their two names.
        const string taskV2 = "containerd.task.v2.";
        return message.StartsWith(taskV2, StringComparison.Ordinal) ? "containerd.task.v3." + message[taskV2.Length..] : message;
    }
}
