using Pods.Manifests.Validation;

namespace Pods.Manifests;

/// <summary>Holds a Deployment, DaemonSet or Job against Kubernetes' rules, and its template against those of a pod.</summary>
public static class WorkloadValidation
{
    private const string Template = "spec.template.";

    /// <param name="given">With defaults applied.</param>
    public static IReadOnlyList<ManifestError> Validate(Workload given)
    {
        Findings found = new();
        MetadataValidation.Check(given.Metadata, found);
        if (given.Spec is not { } spec)
        {
            found.Add(ManifestError.Required("spec"));
            return found.Errors;
        }
        found.Range("spec.replicas", spec.Replicas, 0, int.MaxValue);
        found.Range("spec.completions", spec.Completions, 0, int.MaxValue);
        found.Range("spec.parallelism", spec.Parallelism, 0, int.MaxValue);
        found.Range("spec.backoffLimit", spec.BackoffLimit, 0, int.MaxValue);
        found.Range("spec.ttlSecondsAfterFinished", spec.TtlSecondsAfterFinished, 0, int.MaxValue);
        found.OneOf("spec.strategy.type", spec.Strategy?.Type, "RollingUpdate", "Recreate");
        if (spec.Template is not { Spec: not null } template)
        {
            found.Add(ManifestError.Required("spec.template"));
            return found.Errors;
        }
        CheckSelector(given, spec, template, found);
        CheckRestartPolicy(given, template.Spec, found);
        Pod pod = WorkloadDefaults.PodOf(given);
        foreach (ManifestError error in PodValidation.Validate(pod))
            found.Add(error with { Path = Template + error.Path });
        return found.Errors;
    }

    /// <summary>What an update may not change.</summary>
    public static IReadOnlyList<ManifestError> ValidateUpdate(Workload before, Workload after)
    {
        Findings found = new();
        if (before.Kind != WorkloadKind.Job.Kind && !Equal(before.Spec?.Selector?.MatchLabels, after.Spec?.Selector?.MatchLabels))
            found.Add(ManifestError.Invalid("spec.selector", "", "field is immutable"));
        if (before.Kind == WorkloadKind.Job.Kind && WorkloadDefaults.HashOf(before) != WorkloadDefaults.HashOf(after))
            found.Add(ManifestError.Invalid("spec.template", "", "field is immutable"));
        return found.Errors;
    }

    private static void CheckSelector(Workload given, WorkloadSpec spec, PodDraft template, Findings found)
    {
        if (given.Kind == WorkloadKind.Job.Kind)
            return;
        if (spec.Selector?.MatchLabels is not { Count: > 0 } selector)
            found.Add(ManifestError.Required("spec.selector"));
        else if (!selector.All(l => template.Metadata?.Labels?.GetValueOrDefault(l.Key) == l.Value))
            found.Add(ManifestError.Invalid("spec.template.metadata.labels",
                string.Join(',', (template.Metadata?.Labels ?? new Dictionary<string, string>()).Select(l => $"{l.Key}={l.Value}")),
                "`selector` does not match template `labels`"));
    }

    private static void CheckRestartPolicy(Workload given, PodSpec template, Findings found)
    {
        if (given.Kind == WorkloadKind.Job.Kind)
            found.OneOf("spec.template.spec.restartPolicy", template.RestartPolicy ?? "Always", "OnFailure", "Never");
        else
            found.OneOf("spec.template.spec.restartPolicy", template.RestartPolicy, "Always");
    }

    private static bool Equal(IReadOnlyDictionary<string, string>? a, IReadOnlyDictionary<string, string>? b) =>
        (a?.Count ?? 0) == (b?.Count ?? 0) && (a ?? new Dictionary<string, string>()).All(e => b?.GetValueOrDefault(e.Key) == e.Value);
}
