using System.Text.Json;
using Pods.Manifests.Validation;

namespace Pods.Manifests;

/// <summary>Holds an object that pods refer to, or are held against, against Kubernetes' rules. No message contains a value of a secret.</summary>
public static class SupportingValidation
{
    private const int MaxBytes = 1 << 20;
    private const string Redacted = "<secret contents redacted>";
    private static readonly string[] s_accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

    /// <param name="given">With defaults applied.</param>
    public static IReadOnlyList<ManifestError> Validate(SupportingObject given)
    {
        Findings found = new();
        MetadataValidation.Check(given.Metadata, found);
        if (given.Kind == SupportingKind.Claim.Kind)
            CheckClaim(given.Spec, found);
        else if (given.Kind == SupportingKind.LimitRange.Kind)
            PolicyValidation.Check(given.Metadata, given.Spec?.Limits, found);
        else if (given.Kind == SupportingKind.ResourceQuota.Kind)
            PolicyValidation.Check(given.Metadata, given.Spec?.Hard, found);
        else
            CheckContent(given, found);
        return found.Errors;
    }

    /// <summary>What an update may not change.</summary>
    public static IReadOnlyList<ManifestError> ValidateUpdate(SupportingObject before, SupportingObject after)
    {
        Findings found = new();
        if (before.Kind == SupportingKind.Secret.Kind && before.Type != after.Type)
            found.Add(ManifestError.Invalid("type", after.Type, "field is immutable"));
        if (before.Kind == SupportingKind.Claim.Kind && !IsSame(before.Spec, after.Spec))
            found.Add(ManifestError.Forbidden("spec", "spec is immutable after creation"));
        if (before.Immutable != true)
            return found.Errors;
        if (after.Immutable != true)
            found.Add(ManifestError.Forbidden("immutable", "field is immutable when `immutable` is set"));
        if (!HasSameContent(before, after))
            found.Add(ManifestError.Forbidden("data", "field is immutable when `immutable` is set"));
        return found.Errors;
    }

    public static bool HasSameContent(SupportingObject left, SupportingObject right)
    {
        IReadOnlyDictionary<string, byte[]> a = left.Content(), b = right.Content();
        return a.Count == b.Count && a.All(entry => b.TryGetValue(entry.Key, out byte[]? other) && entry.Value.AsSpan().SequenceEqual(other));
    }

    /// <summary>Whether nothing that a user sets differs; both with defaults applied.</summary>
    public static bool IsSame(SupportingObject left, SupportingObject right)
    {
        return left.Type == right.Type && (left.Immutable ?? false) == (right.Immutable ?? false) && HasSameContent(left, right)
            && IsSame(left.Spec, right.Spec) && Equal(left.Metadata?.Labels, right.Metadata?.Labels)
            && Equal(left.Metadata?.Annotations, right.Metadata?.Annotations);

        static bool Equal(IReadOnlyDictionary<string, string>? a, IReadOnlyDictionary<string, string>? b) =>
            (a?.Count ?? 0) == (b?.Count ?? 0) && (a ?? new Dictionary<string, string>()).All(e => b?.GetValueOrDefault(e.Key) == e.Value);
    }

    public static bool IsSame(SupportingSpec? left, SupportingSpec? right) => Bytes(left).AsSpan().SequenceEqual(Bytes(right));

    private static byte[] Bytes(SupportingSpec? spec) => JsonSerializer.SerializeToUtf8Bytes(spec ?? new(), KubernetesJson.Default.SupportingSpec);

    private static void CheckContent(SupportingObject given, Findings found)
    {
        bool isSecret = given.Kind == SupportingKind.Secret.Kind;
        long size = 0;
        foreach (var (key, value) in given.Data ?? new Dictionary<string, string>())
        {
            CheckKey($"data[{key}]", key, found);
            size += isSecret ? CheckBase64($"data[{key}]", value, found) : System.Text.Encoding.UTF8.GetByteCount(value);
        }
        foreach (var (key, value) in given.BinaryData ?? new Dictionary<string, string>())
        {
            CheckKey($"binaryData[{key}]", key, found);
            if (given.Data?.ContainsKey(key) == true)
                found.Add(ManifestError.Invalid($"data[{key}]", key, "duplicate of key present in binaryData"));
            size += CheckBase64($"binaryData[{key}]", value, found);
        }
        if (size > MaxBytes)
            found.Add(new("data", $"Too long: may not be more than {MaxBytes} bytes", ErrorReason.Invalid));
        if (isSecret && found.Errors.Count == 0)
            CheckSecretType(given, found);
    }

    private static void CheckKey(string path, string key, Findings found) => found.Matches(path, key, Names.ConfigKey);

    private static long CheckBase64(string path, string value, Findings found)
    {
        byte[] buffer = new byte[value.Length];
        if (Convert.TryFromBase64String(value, buffer, out int written))
            return written;
        found.Add(ManifestError.Invalid(path, Redacted, "must be base64"));
        return 0;
    }

    private static void CheckSecretType(SupportingObject secret, Findings found)
    {
        bool Has(string key) => secret.Data?.ContainsKey(key) == true;
        string[] required = secret.Type switch
        {
            "kubernetes.io/dockerconfigjson" => [".dockerconfigjson"],
            "kubernetes.io/dockercfg" => [".dockercfg"],
            "kubernetes.io/tls" => ["tls.crt", "tls.key"],
            "kubernetes.io/ssh-auth" => ["ssh-privatekey"],
            "kubernetes.io/basic-auth" when !Has("username") && !Has("password") => ["username", "password"],
            _ => [],
        };
        foreach (string key in required)
            if (!Has(key))
                found.Add(ManifestError.Required($"data[{key}]"));
            else if (key.StartsWith(".docker", StringComparison.Ordinal) && !IsJson(secret.Content()[key]))
                found.Add(ManifestError.Invalid($"data[{key}]", Redacted, "must be JSON"));
    }

    private static bool IsJson(byte[] text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void CheckClaim(SupportingSpec? spec, Findings found)
    {
        if (spec?.AccessModes is not { Count: > 0 } modes)
            found.Add(ManifestError.Required("spec.accessModes", "at least 1 access mode is required"));
        else
            for (int i = 0; i < modes.Count; i++)
                found.OneOf($"spec.accessModes[{i}]", modes[i], s_accessModes);
        if (spec?.Resources?.Requests?.TryGetValue("storage", out Quantity storage) != true)
            found.Add(ManifestError.Required("spec.resources[storage]"));
        else if (storage.MilliValue <= 0)
            found.Add(ManifestError.Invalid("spec.resources[storage]", storage.ToString(), "must be greater than zero"));
        // A directory is what a claim becomes here: a device would be promised and not given.
        if (spec?.VolumeMode is not (null or "Filesystem"))
            found.Add(ManifestError.NotSupported("spec.volumeMode", spec.VolumeMode, "Filesystem"));
    }
}
