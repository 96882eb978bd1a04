using System.Security.Cryptography;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>What happens to an object between a request and the store: defaults, identity, validation.</summary>
internal static class Admission
{
    private const string NameLetters = "bcdfghjklmnpqrstvwxz2456789";   // no vowels: no words

    /// <exception cref="NodeException">422 with every mistake, 400 when the request contradicts itself.</exception>
    public static Pod Prepare(Pod given, string space, string nodeName, DateTimeOffset now)
    {
        if (given.Metadata?.Namespace is { } named && named != space)
            throw NodeException.BadRequest($"the namespace of the provided object does not match the namespace sent on the request: \"{named}\" and \"{space}\"");
        Pod pod = PodDefaults.Apply(given);
        string? name = NameOf(pod.Metadata);
        pod = pod with
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                GenerateName = pod.Metadata?.GenerateName,
                Namespace = space,
                Uid = Guid.NewGuid().ToString(),
                Generation = 1,
                CreationTimestamp = now,
                Labels = pod.Metadata?.Labels,
                Annotations = pod.Metadata?.Annotations,
                OwnerReferences = pod.Metadata?.OwnerReferences,
            },
            Spec = pod.Spec is null ? null : pod.Spec with { NodeName = nodeName },
            Status = new() { Phase = "Pending" },
        };
        IReadOnlyList<ManifestError> errors = PodValidation.Validate(pod);
        return errors.Count == 0 ? pod : throw NodeException.Invalid(name ?? "", errors);
    }

    /// <exception cref="NodeException">422 with every mistake, 400 when the request contradicts itself.</exception>
    public static SupportingObject Prepare(SupportingObject given, SupportingKind kind, string space, DateTimeOffset now)
    {
        if (given.Kind != kind.Kind)
            throw NodeException.BadRequest($"the kind of the provided object, {given.Kind}, is not that of the request, {kind.Kind}");
        if (given.Metadata?.Namespace is { } named && named != space)
            throw NodeException.BadRequest(
                $"the namespace of the provided object does not match the namespace sent on the request: \"{named}\" and \"{space}\"");
        string? name = NameOf(given.Metadata);
        SupportingObject prepared = SupportingDefaults.Apply(given) with
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = space,
                Uid = Guid.NewGuid().ToString(),
                CreationTimestamp = now,
                Labels = given.Metadata?.Labels,
                Annotations = given.Metadata?.Annotations,
            },
            Status = kind != SupportingKind.Claim ? null
                : new() { Phase = "Bound", AccessModes = given.Spec?.AccessModes, Capacity = given.Spec?.Resources?.Requests },
        };
        IReadOnlyList<ManifestError> errors = SupportingValidation.Validate(prepared);
        return errors.Count == 0 ? prepared : throw NodeException.Invalid(name ?? "", errors, kind.Kind);
    }

    /// <exception cref="NodeException">422 with every mistake, 400 when the request contradicts itself.</exception>
    public static Workload Prepare(Workload given, WorkloadKind kind, string space, DateTimeOffset now)
    {
        if (given.Kind != kind.Kind)
            throw NodeException.BadRequest($"the kind of the provided object, {given.Kind}, is not that of the request, {kind.Kind}");
        if (given.Metadata?.Namespace is { } named && named != space)
            throw NodeException.BadRequest(
                $"the namespace of the provided object does not match the namespace sent on the request: \"{named}\" and \"{space}\"");
        string? name = NameOf(given.Metadata);
        Workload prepared = WorkloadDefaults.Apply(given) with
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = space,
                Uid = Guid.NewGuid().ToString(),
                Generation = 1,
                CreationTimestamp = now,
                Labels = given.Metadata?.Labels,
                Annotations = given.Metadata?.Annotations,
            },
            Status = null,
        };
        IReadOnlyList<ManifestError> errors = WorkloadValidation.Validate(prepared);
        return errors.Count == 0 ? prepared : throw NodeException.Invalid(name ?? "", errors, kind.Kind);
    }

    private static string? NameOf(ObjectMeta? metadata) => metadata?.Name
        ?? (metadata?.GenerateName is { } prefix ? prefix + RandomNumberGenerator.GetString(NameLetters, 5) : null);
}
