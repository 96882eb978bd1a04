using Pods.Manifests;

namespace Pods.Cli.Output;

/// <summary>The rows of <c>pods get</c>.</summary>
internal sealed class PodTable(bool wide, bool withNamespace, bool withLabels, TimeProvider time)
{
    public void Write(IEnumerable<Pod> pods, TextWriter output, bool withHeader)
    {
        Table table = new([.. Columns()]);
        foreach (Pod pod in pods)
            table.Add([.. Cells(pod)]);
        table.Write(output, withHeader);
    }

    private IEnumerable<string> Columns()
    {
        if (withNamespace)
            yield return "NAMESPACE";
        foreach (string column in new[] { "NAME", "READY", "STATUS", "RESTARTS", "AGE" })
            yield return column;
        if (wide)
        {
            yield return "IP";
            yield return "NODE";
        }
        if (withLabels)
            yield return "LABELS";
    }

    private IEnumerable<string> Cells(Pod pod)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (withNamespace)
            yield return pod.Metadata?.Namespace ?? "";
        yield return pod.Metadata?.Name ?? "";
        yield return PodDisplay.Ready(pod);
        yield return PodDisplay.Status(pod);
        yield return PodDisplay.Restarts(pod, now);
        yield return Age.Since(pod.Metadata?.CreationTimestamp, now);
        if (wide)
        {
            yield return Or(pod.Status?.PodIP);
            yield return Or(pod.Spec?.NodeName);
        }
        if (withLabels)
            yield return Or(string.Join(',', (pod.Metadata?.Labels ?? new Dictionary<string, string>())
                .OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}")));
    }

    private static string Or(string? value) => string.IsNullOrEmpty(value) ? "<none>" : value;
}
