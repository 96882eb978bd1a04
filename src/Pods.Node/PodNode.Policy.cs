using Pods.Manifests;

namespace Pods.Node;

/// <summary>What stands between a request and the store: defaults and validation, then what this node and its operator allow.</summary>
public sealed partial class PodNode
{
    /// <exception cref="NodeException">It is invalid or not allowed, with every reason.</exception>
    private Pod Admit(Pod given, string space)
    {
        IReadOnlyList<LimitRange> ranges = _node.Policies.LimitRanges;
        Pod pod = Admission.Prepare(given, space, _node.Options.NodeName, _node.Time.GetUtcNow());
        if (ranges.Count > 0)
        {
            // Filled in and held against every rule again: a default may break one together with what the manifest says.
            pod = LimitRanger.Fill(pod, ranges);
            if (PodValidation.Validate(pod) is { Count: > 0 } errors)
                throw NodeException.Invalid(pod.Metadata!.Name!, errors);
            if (LimitRanger.Violations(pod, ranges) is { Count: > 0 } violations)
                throw NodeException.Forbidden(pod.Metadata!.Name!,
                    violations.Count == 1 ? violations[0] : $"[{string.Join(", ", violations)}]");
        }
        PodPolicy.Check(pod, _node.Options, _node.Facts);
        return pod;
    }

    private void CheckQuota(Pod pod, Pod? replaced)
    {
        if (_node.Policies.Quotas.Count == 0)
            return;
        Pod[] others =
        [
            .. _node.Store.List().Select(stored => stored.Pod).Where(other => other.Metadata!.Namespace == pod.Metadata!.Namespace
                && other.Metadata?.Uid != replaced?.Metadata?.Uid && other.Status?.Phase is not (PodOutcome.Succeeded or PodOutcome.Failed)),
        ];
        if (Quotas.Problem(pod, _node.Policies.Quotas, others) is { } problem)
            throw NodeException.Forbidden(pod.Metadata!.Name!, problem);
    }
}
