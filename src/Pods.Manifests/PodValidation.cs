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
            SpecValidation.Check(spec, found);
        else
            found.Add(ManifestError.Required("spec"));
        return found.Errors;
    }
}
