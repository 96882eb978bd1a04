using Pods.Manifests.Validation;

namespace Pods.Manifests;

/// <summary>Holds a pod against Kubernetes' rules, and finds every mistake, not the first one.</summary>
public static class PodValidation
{
    /// <param name="pod">With defaults applied.</param>
    public static IReadOnlyList<ManifestError> Validate(Pod pod)
    {
        Findings found = new();
        MetadataValidation.Check(pod.Metadata, found);
        if (pod.Spec is { } spec)
        {
            SpecValidation.Check(spec, found);
            CheckCpus(pod.Metadata, spec, found);
        }
        else
            found.Add(ManifestError.Required("spec"));
        return found.Errors;
    }

    private static void CheckCpus(ObjectMeta? metadata, PodSpec spec, Findings found)
    {
        if (ExclusiveCpus.Asked(metadata) is not { } asked)
            return;
        const string path = $"metadata.annotations[{ExclusiveCpus.Annotation}]";
        found.OneOf(path, asked, ExclusiveCpus.Exclusive);
        if (asked == ExclusiveCpus.Exclusive && ExclusiveCpus.OfSpec(spec).Count == 0)
            found.Add(ManifestError.Invalid(path, asked, "the pod must be Guaranteed and at least one of its containers have a limit of whole cpus"));
    }
}
