namespace Pods.Manifests;

/// <summary>The annotations by which the shim groups and wires a pod's containers, and by which others recognise them.</summary>
internal static class SpecAnnotations
{
    private const string Prefix = "io.kubernetes.cri.";
    private const string SharesProcesses = "io.pods.share-process-namespace";

    public static SortedDictionary<string, string> OfSandbox(Pod pod, SandboxFacts sandbox) => Shared(pod, sandbox, "sandbox");

    public static SortedDictionary<string, string> OfContainer(Pod pod, Container container, SandboxFacts sandbox, string imageName)
    {
        SortedDictionary<string, string> annotations = Shared(pod, sandbox, "container");
        annotations[Prefix + "container-name"] = container.Name ?? "";
        annotations[Prefix + "image-name"] = imageName;
        if (pod.Spec?.ShareProcessNamespace == true)
            annotations[SharesProcesses] = "true";
        return annotations;
    }

    private static SortedDictionary<string, string> Shared(Pod pod, SandboxFacts sandbox, string type) => new(StringComparer.Ordinal)
    {
        [Prefix + "container-type"] = type,
        [Prefix + "sandbox-id"] = sandbox.SandboxId,
        [Prefix + "sandbox-name"] = pod.Metadata?.Name ?? "",
        [Prefix + "sandbox-namespace"] = pod.Metadata?.Namespace ?? "default",
        [Prefix + "sandbox-uid"] = pod.Metadata?.Uid ?? "",
    };
}
