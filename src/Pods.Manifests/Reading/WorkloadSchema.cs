namespace Pods.Manifests.Reading;

/// <summary>The fields of Deployment, DaemonSet and Job.</summary>
internal static class WorkloadSchema
{
    private const string OneByOne = "pods are replaced one at a time";
    private const string NoHistory = "no earlier templates are kept";

    private static readonly Schema s_selector = new(
        PodSchema.Fields(FieldKind.Text, FieldShape.Map, "matchLabels"), PodSchema.NotYet("matchExpressions"));

    private static readonly Schema s_template = new(
        PodSchema.Fields(FieldKind.Text),
        [new("metadata", FieldKind.Object, Type: PodSchema.Metadata), new("spec", FieldKind.Object, Type: PodSchema.Spec)]);

    private static readonly Schema s_strategy = new(PodSchema.Fields(FieldKind.Text, "type"), PodSchema.Without(OneByOne, "rollingUpdate"));

    private static readonly Schema s_deploymentSpec = new(
        PodSchema.Fields(FieldKind.Integer32, "replicas"), Common(),
        [new("strategy", FieldKind.Object, Type: s_strategy)],
        PodSchema.Without(NoHistory, "revisionHistoryLimit"),
        PodSchema.Without("a replacement that does not become Ready waits as long as it takes", "progressDeadlineSeconds"),
        PodSchema.NotYet("minReadySeconds", "paused"));

    private static readonly Schema s_daemonSetSpec = new(
        Common(), PodSchema.Without(NoHistory, "revisionHistoryLimit"), PodSchema.Without("there is one pod", "updateStrategy"), PodSchema.NotYet("minReadySeconds"));

    private static readonly Schema s_jobSpec = new(
        PodSchema.Fields(FieldKind.Integer32, "completions", "parallelism", "backoffLimit", "ttlSecondsAfterFinished"), Common(),
        PodSchema.Ignored("manualSelector"),
        PodSchema.NotYet("activeDeadlineSeconds", "completionMode", "suspend", "podFailurePolicy", "successPolicy", "backoffLimitPerIndex",
            "maxFailedIndexes", "podReplacementPolicy", "managedBy"));

    public static Schema Of(WorkloadKind kind) => new(
        PodSchema.Fields(FieldKind.Text, "apiVersion", "kind"),
        [
            new("metadata", FieldKind.Object, Type: PodSchema.Metadata),
            new("spec", FieldKind.Object, Type: kind == WorkloadKind.Deployment ? s_deploymentSpec
                : kind == WorkloadKind.DaemonSet ? s_daemonSetSpec : s_jobSpec),
        ],
        PodSchema.Ignored("status"));

    private static IEnumerable<Field> Common() =>
        [new("selector", FieldKind.Object, Type: s_selector), new("template", FieldKind.Object, Type: s_template)];
}
