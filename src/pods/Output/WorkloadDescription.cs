using Pods.Manifests;

namespace Pods.Cli.Output;

/// <summary>The page of <c>pods describe</c> for a Deployment, DaemonSet or Job; its events come after it.</summary>
internal static class WorkloadDescription
{
    public static void Write(Workload workload, TextWriter output)
    {
        WorkloadKind kind = WorkloadKind.OfKind(workload.Kind)!;
        Field(output, "Name", workload.Metadata?.Name);
        Field(output, "Namespace", workload.Metadata?.Namespace);
        Field(output, "Kind", workload.Kind);
        Field(output, "Labels", Labels(workload.Metadata?.Labels));
        Field(output, "Selector", Labels(workload.Spec?.Selector?.MatchLabels));
        string[] columns = WorkloadDisplay.Columns(kind), cells = WorkloadDisplay.Cells(workload, TimeProvider.System.GetUtcNow());
        for (int i = 1; i < columns.Length; i++)
            Field(output, columns[i], cells[i]);
        foreach (Container container in workload.Spec?.Template?.Spec?.Containers ?? [])
            Field(output, "Container", $"{container.Name} of {container.Image}");
        foreach (PodCondition condition in workload.Status?.Conditions ?? [])
            Field(output, condition.Type!, $"{condition.Status} ({condition.Reason}{(condition.Message is { } why ? ": " + why : "")})");
    }

    private static string Labels(IReadOnlyDictionary<string, string>? labels) => labels is { Count: > 0 }
        ? string.Join(',', labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}")) : "<none>";

    private static void Field(TextWriter output, string name, string? value) =>
        output.WriteLine($"{name}:".PadRight(18) + (string.IsNullOrEmpty(value) ? "<none>" : value));
}
