using System.Text;

namespace Pods.Manifests;

/// <summary>Fills in what the API server fills in on create; a Secret's stringData becomes data.</summary>
public static class SupportingDefaults
{
    public static SupportingObject Apply(SupportingObject given)
    {
        SupportingObject named = given with
        {
            ApiVersion = Pod.GroupVersion,
            Metadata = (given.Metadata ?? new()) with { Namespace = given.Metadata?.Namespace ?? "default" },
        };
        if (given.Kind == SupportingKind.Secret.Kind)
            return named with { Type = string.IsNullOrEmpty(given.Type) ? "Opaque" : given.Type, Data = Merged(given), StringData = null };
        return given.Kind == SupportingKind.Claim.Kind && given.Spec is { } spec
            ? named with { Spec = spec with { VolumeMode = spec.VolumeMode ?? "Filesystem" } }
            : named;
    }

    private static Dictionary<string, string>? Merged(SupportingObject secret)
    {
        if (secret.Data is null && secret.StringData is null)
            return null;
        Dictionary<string, string> all = new(secret.Data ?? new Dictionary<string, string>());
        foreach (var (key, text) in secret.StringData ?? new Dictionary<string, string>())
            all[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        return all;
    }
}
