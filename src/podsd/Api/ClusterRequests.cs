using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pods.Containerd;
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

    public static ApiResource[] Kinds =>
    [
        new() { Name = "nodes", SingularName = "node", Namespaced = false, Kind = "Node", Verbs = ["get", "list"], ShortNames = ["no"] },
        new() { Name = "namespaces", SingularName = "namespace", Namespaced = false, Kind = "Namespace", Verbs = ["get", "list"], ShortNames = ["ns"] },
    ];

    public void Map(WebApplication app)
    {
        app.MapGet("/api/v1/nodes", (RequestDelegate)(async c => await ListAsync(c, "Node", NodeColumns, [await NodeAsync(c)])));
        app.MapGet("/api/v1/nodes/{name}", (RequestDelegate)(async c => await GetAsync(c, "Node", NodeColumns, [await NodeAsync(c)])));
        app.MapGet("/api/v1/namespaces", (RequestDelegate)(c => ListAsync(c, "Namespace", NamespaceColumns, [.. Namespaces()])));
        app.MapGet("/api/v1/namespaces/{name}", (RequestDelegate)(c => GetAsync(c, "Namespace", NamespaceColumns, [.. Namespaces()])));
    }

    private Task ListAsync(HttpContext context, string kind, string[] columns, Shown[] items)
    {
        Func<Pod, bool> selected = PodSelectors.Parse(PodRequests.Query(context, "labelSelector"), PodRequests.Query(context, "fieldSelector"));
        Shown[] chosen = [.. items.Where(i => selected(new() { Metadata = i.Metadata }))];
        if (PodRequests.Flag(context, "watch"))
            throw new NodeException(405, "MethodNotAllowed", $"{kind.ToLowerInvariant()}s cannot be watched: list them again");
        string version = Services.Store.Version.ToString(CultureInfo.InvariantCulture);
        if (PodRows.AreWanted(context))
            return WriteRowsAsync(context, columns, chosen, version);
        return WriteAsync(context, new JsonObject
        {
            ["kind"] = kind + "List",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = version },
            ["items"] = new JsonArray([.. chosen.Select(i => i.ToJson(kind))]),
        });
    }

    private static Task GetAsync(HttpContext context, string kind, string[] columns, Shown[] items)
    {
        string name = PodRequests.Name(context);
        Shown found = items.FirstOrDefault(i => i.Metadata.Name == name)
            ?? throw new NodeException(404, "NotFound", $"{kind.ToLowerInvariant()}s \"{name}\" not found") { ObjectName = name };
        return PodRows.AreWanted(context) ? WriteRowsAsync(context, columns, [found], "0") : WriteAsync(context, found.ToJson(kind));
    }

    private static Task WriteRowsAsync(HttpContext context, string[] columns, Shown[] items, string version)
    {
        ObjectTable table = PodRows.Table(columns, items.Select(i => (i.Cells, (ObjectMeta?)i.Metadata)), version);
        table = table with { ColumnDefinitions = [.. table.ColumnDefinitions!.Select((c, at) => at < NarrowColumns ? c : c with { Priority = 1 })] };
        return ApiRoutes.WriteAsync(context, table, KubernetesJson.Default.ObjectTable);
    }

    private static Task WriteAsync(HttpContext context, JsonObject value)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(value.ToJsonString(), context.RequestAborted);
    }

    private IEnumerable<Shown> Namespaces()
    {
        DateTimeOffset since = Began();
        return Services.Store.List().Select(p => p.Pod.Metadata!.Namespace!)
            .Concat(SupportingKind.All.SelectMany(kind => Services.Objects.List(kind, null).Objects).Select(o => o.Metadata!.Namespace!))
            .Concat(Services.Workloads.List(null, null).Items.Select(w => w.Metadata!.Namespace!))
            .Append("default").Distinct().Order(StringComparer.Ordinal)
            .Select(name => new Shown(
                new() { Name = name, CreationTimestamp = since, Labels = new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = name } },
                new() { ["phase"] = "Active" },
                [name, "Active", Age.Since(since, DateTimeOffset.UtcNow)]));
    }

    private async Task<Shown> NodeAsync(HttpContext context)
    {
        string? containerd = await ContainerdAsync(context.RequestAborted);
        bool isReady = containerd is not null && node.Ready.IsCompleted, isFull = Services.Metrics.HasDiskPressure;
        string name = Services.Options.NodeName, address = Services.HostAddress.Current, version = "v" + PodsDaemon.Version;
        string architecture = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "amd64" : "arm64";
        string kernel = FirstLine("/proc/sys/kernel/osrelease"), system = OsImage(), runtime = "containerd://" + (containerd ?? "unknown");
        ObjectMeta metadata = new()
        {
            Name = name,
            Uid = name,
            CreationTimestamp = Began(),
            Labels = new Dictionary<string, string>
            {
                ["kubernetes.io/hostname"] = name, ["kubernetes.io/os"] = "linux", ["kubernetes.io/arch"] = architecture,
            },
        };
        JsonObject status = new()
        {
            ["capacity"] = Resources(),
            ["allocatable"] = Resources(),
            ["conditions"] = new JsonArray(
                Condition("DiskPressure", isFull, isFull ? "NodeHasDiskPressure" : "NodeHasNoDiskPressure"),
                Condition("Ready", isReady, isReady ? "NodeReady" : containerd is null ? "ContainerdNotReachable" : "NodeStarting")),
            ["addresses"] = new JsonArray(Address("InternalIP", address), Address("Hostname", name)),
            ["nodeInfo"] = new JsonObject
            {
                ["machineID"] = FirstLine("/etc/machine-id"),
                ["systemUUID"] = "",
                ["bootID"] = Services.BootId,
                ["kernelVersion"] = kernel,
                ["osImage"] = system,
                ["containerRuntimeVersion"] = runtime,
                ["kubeletVersion"] = version,
                ["kubeProxyVersion"] = "",
                ["operatingSystem"] = "linux",
                ["architecture"] = architecture,
            },
        };
        string age = Age.Since(metadata.CreationTimestamp, DateTimeOffset.UtcNow);
        return new(metadata, status, [name, isReady ? "Ready" : "NotReady", "<none>", age, version, address, "<none>", system, kernel, runtime]);
    }

    private JsonObject Resources() => new()
    {
        ["cpu"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        ["memory"] = $"{Services.Facts.MemoryBytes / 1024}Ki",
        ["ephemeral-storage"] = $"{Services.Facts.StorageBytes / 1024}Ki",
    };

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

    private static JsonObject Condition(string type, bool holds, string reason) =>
        new() { ["type"] = type, ["status"] = holds ? "True" : "False", ["reason"] = reason, ["message"] = "" };

    private static JsonObject Address(string type, string address) => new() { ["type"] = type, ["address"] = address };

    /// <summary>When podsd was first started here.</summary>
    private DateTimeOffset Began() => Directory.GetCreationTimeUtc(Services.Options.StoreDirectory);

    private static string FirstLine(string path) => File.Exists(path) ? File.ReadLines(path).FirstOrDefault() ?? "" : "";

    private static string OsImage() => File.Exists("/etc/os-release")
        ? File.ReadLines("/etc/os-release").FirstOrDefault(l => l.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?[12..].Trim('"') ?? "Linux" : "Linux";

    /// <summary>One of either kind, and its row.</summary>
    private sealed record Shown(ObjectMeta Metadata, JsonObject Status, string[] Cells)
    {
        public JsonObject ToJson(string kind) => new()
        {
            ["kind"] = kind,
            ["apiVersion"] = "v1",
            ["metadata"] = JsonSerializer.SerializeToNode(Metadata, KubernetesJson.Default.ObjectMeta),
            ["spec"] = new JsonObject(),
            ["status"] = Status,
        };
    }
}
