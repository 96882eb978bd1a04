using Pods.Manifests;

namespace Pods.Node;

/// <summary>What stands between a request and the store: defaults and validation, then what this node and its operator allow.</summary>
public sealed partial class PodNode
{
    /// <exception cref="NodeException">It is invalid or not allowed, with every reason.</exception>
    private Pod Admit(Pod given, string space)
    {
        IReadOnlyList<LimitRange> ranges = Policies.LimitRanges;
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
        if (pod.Spec!.HostUsers == false && UserNamespaces.Problem(_node.Options) is { } problem)
            throw NodeException.Forbidden(pod.Metadata!.Name!, $"hostUsers: false: {problem}");
        return pod;
    }

    /// <summary>Every pod looks where its containers run.</summary>
    private void OnCpusChanged()
    {
        foreach (PodWorker worker in _workers.Values)
            worker.Wake();
    }

    private void CheckQuota(Pod pod, Pod? replaced)
    {
        IReadOnlyList<ResourceQuota> quotas = Policies.Quotas;
        if (quotas.Count > 0 && Quotas.Problem(pod, quotas, [.. Counted(pod.Metadata!.Namespace!, replaced?.Metadata?.Uid)]) is { } problem)
            throw NodeException.Forbidden(pod.Metadata!.Name!, problem);
    }

    /// <summary>A ResourceQuota shows what is used of it, counted when it is asked for.</summary>
    public SupportingObject WithUse(SupportingObject found) => found.Kind != SupportingKind.ResourceQuota.Kind ? found : found with
    {
        Status = new() { Hard = found.Spec?.Hard, Used = Quotas.Used(found.Spec?.Hard?.Keys ?? [], [.. Counted(found.Metadata!.Namespace!, null)]) },
    };

    /// <summary>Of the operator's files, and of the API.</summary>
    private NodePolicies Policies => _node.Policies.With(
        _node.Objects.List(SupportingKind.LimitRange, null).Objects.Concat(_node.Objects.List(SupportingKind.ResourceQuota, null).Objects));

    /// <summary>The pods of a namespace that have not ended.</summary>
    private IEnumerable<Pod> Counted(string space, string? exceptUid) => _node.Store.List().Select(stored => stored.Pod)
        .Where(pod => pod.Metadata!.Namespace == space && pod.Metadata.Uid != exceptUid
            && pod.Status?.Phase is not (PodOutcome.Succeeded or PodOutcome.Failed));
}
