using Pods.Manifests;

namespace Pods.Node;

/// <summary>A stored pod with another definition. Pure.</summary>
internal static class PodChanges
{
    public static IEnumerable<Container> Containers(Pod pod) => (pod.Spec!.InitContainers ?? []).Concat(pod.Spec.Containers ?? []);

    public static StoredPod Apply(StoredPod stored, Pod wanted, DateTimeOffset now)
    {
        bool isSameSpec = PodUpdate.Between(stored.Pod, wanted).IsSameSpec;
        ObjectMeta before = stored.Pod.Metadata!;
        return stored with
        {
            Pod = stored.Pod with
            {
                Metadata = before with
                {
                    Labels = wanted.Metadata!.Labels,
                    Annotations = wanted.Metadata.Annotations,
                    OwnerReferences = wanted.Metadata.OwnerReferences ?? before.OwnerReferences,
                    Generation = isSameSpec ? before.Generation : (before.Generation ?? 1) + 1,
                },
                Spec = isSameSpec ? stored.Pod.Spec : Keep(stored.Pod, wanted),
            },
            Memory = isSameSpec ? stored.Memory : MemoryChanges.SpecChanged(stored.Memory, now),
        };
    }

    /// <summary>What did not change stays the very object that it was: what goes by it, a probe above all, goes on undisturbed.</summary>
    private static PodSpec Keep(Pod before, Pod wanted) => wanted.Spec! with
    {
        InitContainers = wanted.Spec.InitContainers?.Select(c => Keep(before, c)).ToArray(),
        Containers = wanted.Spec.Containers?.Select(c => Keep(before, c)).ToArray(),
    };

    private static Container Keep(Pod before, Container wanted) =>
        ContainerRules.Find(before.Spec!, wanted.Name) is { } old && KubernetesJson.AreSame(old, wanted) ? old : wanted;
}
