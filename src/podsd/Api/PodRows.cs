using System.Text.Json;
using Pods.Manifests;

namespace Pods.Daemon.Api;

/// <summary>Pods as the rows that <c>kubectl get</c> prints; it leaves the columns to the server.</summary>
internal static class PodRows
{
    private static readonly TableColumn[] _columns =
    [
        Column("Name", "the name of the pod", format: "name"),
        Column("Ready", "containers that are ready, of all"),
        Column("Status", "phase, or the reason why it is not running"),
        Column("Restarts", "of all containers together"),
        Column("Age", "time since it was created"),
        Column("IP", "the address of the pod", priority: 1),
        Column("Node", "where it runs", priority: 1),
        Column("Nominated Node", "always none: there is one node", priority: 1),
        Column("Readiness Gates", "always none: not supported", priority: 1),
    ];

    public static bool AreWanted(HttpContext context) =>
        context.Request.Headers.Accept.Any(accept => accept is not null && accept.Contains("as=Table", StringComparison.Ordinal));

    public static ObjectTable Of(HttpContext context, IEnumerable<Pod> pods, string? version)
    {
        string? include = PodRequests.Query(context, "includeObject");
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return new()
        {
            Kind = "Table",
            ApiVersion = ObjectTable.GroupVersion,
            Metadata = new() { ResourceVersion = version },
            ColumnDefinitions = _columns,
            Rows = [.. pods.Select(pod => new TableRow { Cells = Cells(pod, now), Object = ObjectOf(pod, include) })],
        };
    }

    private static string[] Cells(Pod pod, DateTimeOffset now) =>
    [
        pod.Metadata?.Name ?? "",
        PodDisplay.Ready(pod),
        PodDisplay.Status(pod),
        PodDisplay.Restarts(pod, now),
        Age.Since(pod.Metadata?.CreationTimestamp, now),
        pod.Status?.PodIP ?? "<none>",
        pod.Spec?.NodeName ?? "<none>",
        "<none>",
        "<none>",
    ];

    private static JsonElement? ObjectOf(Pod pod, string? include) => include switch
    {
        "None" => null,
        "Object" => JsonSerializer.SerializeToElement(pod, KubernetesJson.Default.Pod),
        _ => MetadataOf(pod.Metadata),
    };

    /// <summary>Objects of another kind, with their metadata.</summary>
    public static ObjectTable Table(IReadOnlyList<string> columns, IEnumerable<(string[] Cells, ObjectMeta? Metadata)> rows, string version) => new()
    {
        Kind = "Table",
        ApiVersion = ObjectTable.GroupVersion,
        Metadata = new() { ResourceVersion = version },
        ColumnDefinitions = [.. columns.Select((title, i) => Column(title, title, format: i == 0 ? "name" : ""))],
        Rows = [.. rows.Select(row => new TableRow { Cells = row.Cells, Object = MetadataOf(row.Metadata) })],
    };

    public static JsonElement MetadataOf(ObjectMeta? metadata) => JsonSerializer.SerializeToElement(
        new PartialObjectMetadata { Kind = "PartialObjectMetadata", ApiVersion = ObjectTable.GroupVersion, Metadata = metadata },
        KubernetesJson.Default.PartialObjectMetadata);

    public static TableColumn Column(string name, string description, string format = "", int priority = 0) =>
        new() { Name = name, Type = "string", Format = format, Description = description, Priority = priority };
}
