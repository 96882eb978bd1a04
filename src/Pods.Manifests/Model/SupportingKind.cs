namespace Pods.Manifests;

/// <summary>A kind of object that pods refer to or are held against, and the names that it goes by in paths and on command lines.</summary>
public sealed record SupportingKind(string Kind, string Plural, string Singular, string ShortName)
{
    public static SupportingKind ConfigMap { get; } = new("ConfigMap", "configmaps", "configmap", "cm");
    public static SupportingKind Secret { get; } = new("Secret", "secrets", "secret", "secret");
    public static SupportingKind Claim { get; } = new("PersistentVolumeClaim", "persistentvolumeclaims", "persistentvolumeclaim", "pvc");

    public static SupportingKind LimitRange { get; } = new("LimitRange", "limitranges", "limitrange", "limits");
    public static SupportingKind ResourceQuota { get; } = new("ResourceQuota", "resourcequotas", "resourcequota", "quota");

    public static IReadOnlyList<SupportingKind> All { get; } = [ConfigMap, Secret, Claim, LimitRange, ResourceQuota];

    public static SupportingKind? OfKind(string? kind) => All.FirstOrDefault(k => k.Kind == kind);

    /// <summary>By any of the names that kubectl takes.</summary>
    public static SupportingKind? Find(string word) =>
        All.FirstOrDefault(k => word == k.Plural || word == k.Singular || word == k.ShortName);
}
