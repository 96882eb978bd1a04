namespace Pods.Manifests.Reading;

/// <summary>The fields of the objects that pods refer to or are held against.</summary>
internal static class SupportingSchema
{
    private const string OneDirectory = "every claim is a directory below podsd's root";

    private static readonly Schema s_configMap = new(
        PodSchema.Fields(FieldKind.Text, "apiVersion", "kind"), PodSchema.Fields(FieldKind.Boolean, "immutable"),
        PodSchema.Fields(FieldKind.Text, FieldShape.Map, "data", "binaryData"),
        [new("metadata", FieldKind.Object, Type: PodSchema.Metadata)]);

    private static readonly Schema s_secret = new(
        PodSchema.Fields(FieldKind.Text, "apiVersion", "kind", "type"), PodSchema.Fields(FieldKind.Boolean, "immutable"),
        PodSchema.Fields(FieldKind.Text, FieldShape.Map, "data", "stringData"),
        [new("metadata", FieldKind.Object, Type: PodSchema.Metadata)]);

    private static readonly Schema s_claimSpec = new(
        PodSchema.Fields(FieldKind.Text, "volumeMode"), PodSchema.Fields(FieldKind.Text, FieldShape.List, "accessModes"),
        [
            new Field("storageClassName", FieldKind.Text).Differs(OneDirectory), new Field("volumeName", FieldKind.Text).Differs(OneDirectory),
            new Field("resources", FieldKind.Object, Type: PodSchema.Resources).Differs("shown as the capacity; the directory is not limited to it"),
        ],
        PodSchema.Refused("a claim is an empty directory at first: nothing is copied or chosen", "selector", "dataSource", "dataSourceRef"),
        PodSchema.Without(OneDirectory, "volumeAttributesClassName"));

    private static readonly Schema s_claim = new(
        PodSchema.Fields(FieldKind.Text, "apiVersion", "kind"),
        [new("metadata", FieldKind.Object, Type: PodSchema.Metadata), new("spec", FieldKind.Object, Type: s_claimSpec)],
        PodSchema.Ignored("status"));

    public static Schema Of(SupportingKind kind) =>
        kind == SupportingKind.ConfigMap ? s_configMap
        : kind == SupportingKind.Secret ? s_secret
        : kind == SupportingKind.LimitRange ? PolicySchema.LimitRange
        : kind == SupportingKind.ResourceQuota ? PolicySchema.ResourceQuota
        : s_claim;
}
