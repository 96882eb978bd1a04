using static Pods.Manifests.Reading.FieldShape;

namespace Pods.Manifests.Reading;

/// <summary>The fields of LimitRange and ResourceQuota.</summary>
internal static class PolicySchema
{
    private static readonly Schema s_limit = new(
        PodSchema.Fields(FieldKind.Text, "type"),
        PodSchema.Fields(FieldKind.Quantity, Map, "max", "min", "default", "defaultRequest", "maxLimitRequestRatio"));

    public static Schema LimitRange { get; } = Of(new([new("limits", FieldKind.Object, List, Type: s_limit)], []), []);

    public static Schema ResourceQuota { get; } = Of(
        new([new("hard", FieldKind.Quantity, Map)], PodSchema.NotYet("scopes", "scopeSelector")), PodSchema.Ignored("status"));

    private static Schema Of(Schema spec, IEnumerable<Field> more) => new(
        PodSchema.Fields(FieldKind.Text, "apiVersion", "kind"),
        [new("metadata", FieldKind.Object, Type: PodSchema.Metadata), new("spec", FieldKind.Object, Type: spec)], more);
}
