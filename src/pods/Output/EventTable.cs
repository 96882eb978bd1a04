using Pods.Manifests;

namespace Pods.Cli.Output;

/// <summary>Events as <c>pods events</c> and <c>pods describe</c> print them.</summary>
internal static class EventTable
{
    public static void Write(IReadOnlyList<ObjectEvent> events, TextWriter output, bool withNamespace, bool withHeader)
    {
        string[] columns = ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
        Table table = new([.. withNamespace ? ["NAMESPACE"] : Array.Empty<string>(), .. columns]);
        foreach (ObjectEvent happened in events)
        {
            string[] cells = EventDisplay.Cells(happened, TimeProvider.System.GetUtcNow());
            string[] shown = [cells[0], cells[1], cells[2], cells[3], cells[6]];
            table.Add([.. withNamespace ? [happened.Metadata?.Namespace ?? ""] : Array.Empty<string>(), .. shown]);
        }
        table.Write(output, withHeader);
    }

    /// <summary>The last part of a description.</summary>
    public static void Describe(IReadOnlyList<ObjectEvent> events, TextWriter output)
    {
        if (events.Count == 0)
        {
            output.WriteLine("Events:           <none>");
            return;
        }
        output.WriteLine("Events:");
        Table table = new("  Type", "Reason", "Age", "From", "Message");
        foreach (ObjectEvent happened in events)
            table.Add("  " + happened.Type, happened.Reason ?? "", EventDisplay.LastSeen(happened, TimeProvider.System.GetUtcNow()),
                happened.ReportingComponent ?? "", (happened.Message ?? "").Trim().Replace('\n', ' '));
        table.Write(output);
    }

    /// <summary>The kind that a word on the command line stands for.</summary>
    public static string KindOf(string word) => word.ToLowerInvariant() switch
    {
        "pod" or "pods" or "po" => Pod.ObjectKind,
        "deployment" or "deployments" or "deploy" => "Deployment",
        "daemonset" or "daemonsets" or "ds" => "DaemonSet",
        "job" or "jobs" => "Job",
        "node" or "nodes" => "Node",
        var other => SupportingKind.Find(other)?.Kind ?? throw new CliException($"error: the server doesn't have a resource type \"{word}\"", CliException.Usage),
    };
}
