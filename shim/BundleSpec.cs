using System.Text.Json;

namespace Pods.Shim;

/// <summary>The few facts of a container's config.json that the shim acts on; the OCI runtime reads the rest.</summary>
internal sealed record BundleSpec
{
    private const string Group = "io.containerd.runc.v2.group";
    private const string SandboxIdOf = "io.kubernetes.cri.sandbox-id";
    private const string ContainerType = "io.kubernetes.cri.container-type";
    private const string ShareProcesses = "io.pods.share-process-namespace";

    /// <summary>What a container is taken for whose config.json cannot be read: on its own, and to be killed as a whole.</summary>
    public static BundleSpec Unknown { get; } = new();

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether processes may outlive init, because pid 1 of their pid namespace is another container's or the host's.</summary>
    public bool SharesPidNamespace { get; init; } = true;

    public string? SandboxId => Annotations.GetValueOrDefault(SandboxIdOf);

    public bool IsSandbox => Annotations.GetValueOrDefault(ContainerType) == "sandbox";

    /// <summary>Whether the container belongs to the pod of <see cref="SandboxId"/>.</summary>
    public bool IsPodMember => Annotations.GetValueOrDefault(ContainerType) == "container" && SandboxId is { Length: > 0 };

    public bool SharesSandboxProcesses => Annotations.GetValueOrDefault(ShareProcesses) == "true";

    /// <summary>The name that containers of one shim have in common. An annotation that is present but empty counts.</summary>
    public string GroupOr(string id) => Annotations.GetValueOrDefault(Group) ?? Annotations.GetValueOrDefault(SandboxIdOf) ?? id;

    public static BundleSpec Parse(ReadOnlySpan<byte> config)
    {
        Dictionary<string, string> annotations = [];
        Utf8JsonReader reader = new(config);
        if (!Json.EnterObject(ref reader))
            throw new JsonException("config.json is not an object");
        while (Json.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("annotations"u8))
                annotations = Json.Strings(ref reader);
            else
                reader.Skip();
        }
        bool hasOwnPids = NamespaceWiring.Unwired(config).Contains("pid");
        return new() { Annotations = annotations, SharesPidNamespace = !hasOwnPids };
    }
}
