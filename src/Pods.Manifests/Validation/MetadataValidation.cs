namespace Pods.Manifests.Validation;

/// <summary>Rules for names, labels and annotations.</summary>
internal static class MetadataValidation
{
    private const int MaxAnnotationBytes = 256 * 1024;

    public static void Check(ObjectMeta? metadata, Findings found)
    {
        if (metadata?.Name is null && metadata?.GenerateName is null)
            found.Add(ManifestError.Required("metadata.name", "name or generateName is required"));
        found.Matches("metadata.name", metadata?.Name, Names.DnsSubdomain);
        found.Matches("metadata.namespace", metadata?.Namespace, Names.DnsLabel);
        // A generated name gets five more characters: only its beginning is ours to check.
        found.Matches("metadata.generateName", metadata?.GenerateName, prefix => Names.DnsSubdomain(prefix + "x"));
        foreach (var (key, value) in metadata?.Labels ?? new Dictionary<string, string>())
        {
            found.Matches($"metadata.labels[{key}]", key, Names.QualifiedName);
            found.Matches($"metadata.labels[{key}]", value, Names.LabelValue);
        }
        long size = 0;
        foreach (var (key, value) in metadata?.Annotations ?? new Dictionary<string, string>())
        {
            found.Matches($"metadata.annotations[{key}]", key.ToLowerInvariant(), Names.QualifiedName);
            size += key.Length + value.Length;
        }
        if (size > MaxAnnotationBytes)
            found.Add(new("metadata.annotations", $"Too long: may not be more than {MaxAnnotationBytes} bytes", ErrorReason.Invalid));
    }
}
