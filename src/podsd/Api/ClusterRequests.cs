using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Pods.Containerd;
using Pods.Linux;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>
/// What people and dashboards look at first in a cluster, to read: the one node, and the namespaces, of which there is each that
/// something is in, and "default". There is nothing about them that could be changed.
/// </summary>
internal sealed class ClusterRequests(PodNode node)
{
    private static readonly string[] NodeColumns =
        ["Name", "Status", "Roles", "Age", "Version", "Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"];
    private static readonly string[] NamespaceColumns = ["Name", "Status", "Age"];
    private const int NarrowColumns = 5;

    private NodeServices Services => node.Services;

    public static ApiResource[] Resources =>
    [
        new() { Name = "nodes", SingularName = "node", Namespaced = false, Kind = "Node", Verbs = ["get", "list"], ShortNames = ["no"] },
        new() { Name = "namespaces", SingularName = "namespace", Namespaced = false, Kind = "Namespace", Verbs = ["get", "list"], ShortNames = ["ns"] },
    ];

    public void Map(WebApplication app)
    {
        app.MapGet("/api/v1/nodes", (RequestDelegate)(async c => await ListAsync(c, "Node", [await NodeAsync(c)])));
        app.MapGet("/api/v1/nodes/{name}", (RequestDelegate)(async c => await GetAsync(c, "Node", [await NodeAsync(c)])));
        app.MapGet("/api/v1/namespaces", (RequestDelegate)(c => ListAsync(c, "Namespace", [.. Namespaces()])));
        app.MapGet("/api/v1/namespaces/{name}", (RequestDelegate)(c => GetAsync(c, "Namespace", [.. Namespaces()])));
    }

    private Task ListAsync(HttpContext context, string kind, JsonObject[] items)
    {
        Func<Pod, bool> selected = PodSelectors.Parse(PodRequests.Query(context, "labelSelector"), PodRequests.Query(context, "fieldSelector"));
        JsonObject[] chosen = [.. items.Where(i => selected(new() { Metadata = MetadataOf(i) }))];
        if (PodRequests.Flag(context, "watch"))
            throw new NodeException(405, "MethodNotAllowed", $"{kind.ToLowerInvariant()}s cannot be watched: list them again");
        string version = Services.Store.Version.ToString(CultureInfo.InvariantCulture);
        if (PodRows.AreWanted(context))
            return WriteRowsAsync(context, kind, chosen, version);
        return WriteAsync(context, new JsonObject
        {
            ["kind"] = kind + "List",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = version },
            ["items"] = new JsonArray([.. chosen]),
        });
    }

    private static Task GetAsync(HttpContext context, string kind, JsonObject[] items)
    {
        string name = PodRequests.Name(context);
        JsonObject found = items.FirstOrDefault(i => MetadataOf(i).Name == name)
            ?? throw new NodeException(404, "NotFound", $"{kind.ToLowerInvariant()}s \"{name}\" not found") { ObjectName = name };
        return PodRows.AreWanted(context) ? WriteRowsAsync(context, kind, [found], "0") : WriteAsync(context, found);
    }

    private static Task WriteRowsAsync(HttpContext context, string kind, JsonObject[] items, string version)
    {
        IEnumerable<(string[], ObjectMeta?)> rows = items.Select(i => (kind == "Node" ? NodeCells(i) : NamespaceCells(i), (ObjectMeta?)MetadataOf(i)));
        ObjectTable table = PodRows.Table(kind == "Node" ? NodeColumns : NamespaceColumns, rows, version);
        table = table with { ColumnDefinitions = [.. table.ColumnDefinitions!.Select((c, at) => at < NarrowColumns ? c : c with { Priority = 1 })] };
        return ApiRoutes.WriteAsync(context, table, KubernetesJson.Default.ObjectTable);
    }

    private static Task WriteAsync(HttpContext context, JsonObject value)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(value.ToJsonString(), context.RequestAborted);
    }

    private IEnumerable<JsonObject> Namespaces()
    {
        string since = Time(Began());
        return Services.Store.List().Select(p => p.Pod.Metadata!.Namespace!)
            .Concat(SupportingKind.All.SelectMany(kind => Services.Objects.List(kind, null).Item1).Select(o => o.Metadata!.Namespace!))
            .Concat(Services.Workloads.List(null, null).Items.Select(w => w.Metadata!.Namespace!))
            .Append("default").Distinct().Order(StringComparer.Ordinal)
            .Select(name => new JsonObject
            {
                ["kind"] = "Namespace",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["creationTimestamp"] = since,
                    ["labels"] = new JsonObject { ["kubernetes.io/metadata.name"] = name },
                },
                ["spec"] = new JsonObject(),
                ["status"] = new JsonObject { ["phase"] = "Active" },
            });
    }

    private async Task<JsonObject> NodeAsync(HttpContext context)
    {
        string? containerd = await ContainerdAsync(context.RequestAborted);
        string name = Services.Options.NodeName, architecture = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "amd64" : "arm64";
        JsonObject Resources() => new()
        {
            ["cpu"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
            ["memory"] = $"{Services.Facts.MemoryBytes / 1024}Ki",
            ["ephemeral-storage"] = $"{Services.Facts.StorageBytes / 1024}Ki",
        };
        return new()
        {
            ["kind"] = "Node",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["uid"] = name,
                ["creationTimestamp"] = Time(Began()),
                ["labels"] = new JsonObject
                {
                    ["kubernetes.io/hostname"] = name,
                    ["kubernetes.io/os"] = "linux",
                    ["kubernetes.io/arch"] = architecture,
                },
            },
            ["spec"] = new JsonObject(),
            ["status"] = new JsonObject
            {
                ["capacity"] = Resources(),
                ["allocatable"] = Resources(),
                ["conditions"] = new JsonArray(
                    Condition("DiskPressure", Services.Metrics.HasDiskPressure, Services.Metrics.HasDiskPressure ? "NodeHasDiskPressure" : "NodeHasNoDiskPressure"),
                    Condition("Ready", containerd is not null && node.Ready.IsCompleted, containerd is null ? "ContainerdNotReachable" : "NodeReady")),
                ["addresses"] = new JsonArray(Address("InternalIP", Services.HostAddress.Current), Address("Hostname", name)),
                ["nodeInfo"] = new JsonObject
                {
                    ["machineID"] = FirstLine("/etc/machine-id"),
                    ["systemUUID"] = "",
                    ["bootID"] = Services.BootId,
                    ["kernelVersion"] = FirstLine("/proc/sys/kernel/osrelease"),
                    ["osImage"] = OsImage(),
                    ["containerRuntimeVersion"] = "containerd://" + (containerd ?? "unknown"),
                    ["kubeletVersion"] = "v" + PodsDaemon.Version,
                    ["kubeProxyVersion"] = "",
                    ["operatingSystem"] = "linux",
                    ["architecture"] = architecture,
                },
            },
        };
    }

    private async Task<string?> ContainerdAsync(CancellationToken cancel)
    {
        try
        {
            return (await Services.Containerd.Introspection.VersionAsync(cancel)).Version?.TrimStart('v');
        }
        catch (ContainerdException)
        {
            return null;   // which is what the condition Ready then says
        }
    }

    private static string[] NodeCells(JsonObject found)
    {
        JsonNode status = found["status"]!, info = status["nodeInfo"]!;
        bool isReady = status["conditions"]!.AsArray().Any(c => (string?)c!["type"] == "Ready" && (string?)c["status"] == "True");
        return
        [
            (string)found["metadata"]!["name"]!, isReady ? "Ready" : "NotReady", "<none>", AgeOf(found), (string)info["kubeletVersion"]!,
            (string)status["addresses"]![0]!["address"]!, "<none>", (string)info["osImage"]!, (string)info["kernelVersion"]!,
            (string)info["containerRuntimeVersion"]!,
        ];
    }

    private static string[] NamespaceCells(JsonObject found) => [(string)found["metadata"]!["name"]!, "Active", AgeOf(found)];

    private static string AgeOf(JsonObject found) => Age.Since(MetadataOf(found).CreationTimestamp, DateTimeOffset.UtcNow);

    private static ObjectMeta MetadataOf(JsonObject found)
    {
        JsonNode metadata = found["metadata"]!;
        return new()
        {
            Name = (string?)metadata["name"],
            Uid = (string?)metadata["uid"],
            CreationTimestamp = DateTimeOffset.Parse((string)metadata["creationTimestamp"]!, CultureInfo.InvariantCulture),
            Labels = metadata["labels"]!.AsObject().ToDictionary(l => l.Key, l => (string)l.Value!),
        };
    }

    private static JsonObject Condition(string type, bool holds, string reason) =>
        new() { ["type"] = type, ["status"] = holds ? "True" : "False", ["reason"] = reason, ["message"] = "" };

    private static JsonObject Address(string type, string address) => new() { ["type"] = type, ["address"] = address };

    /// <summary>When podsd was first started here.</summary>
    private DateTimeOffset Began() => Directory.GetCreationTimeUtc(Services.Options.StoreDirectory);

    private static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string FirstLine(string path) => File.Exists(path) ? File.ReadLines(path).FirstOrDefault() ?? "" : "";

    private static string OsImage() => File.Exists("/etc/os-release")
        ? File.ReadLines("/etc/os-release").FirstOrDefault(l => l.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?[12..].Trim('"') ?? "Linux" : "Linux";
}
