using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>One watch of the pods: a line of JSON for each change, until the client goes, its time is over or podsd stops.</summary>
internal sealed class PodWatch(PodNode node, HttpContext context)
{
    private readonly bool _asRows = PodRows.AreWanted(context);
    // What the client holds, by uid: a pod that no longer matches is, to it, a deleted one.
    private readonly HashSet<string> _held = [];
    private bool _hasSentColumns;

    public async Task RunAsync(Func<Pod, bool> selected)
    {
        (IReadOnlyList<Pod> pods, long version) = node.Services.Store.Snapshot();
        long after = PodRequests.Number(context, "resourceVersion") ?? 0;
        bool sendsInitial = PodRequests.Flag(context, "sendInitialEvents");
        bool fromNow = after == 0 || sendsInitial;
        using PodSubscription subscription = node.Services.Store.History.Subscribe(fromNow ? version : after);
        _held.UnionWith(pods.Where(selected).Select(p => p.Metadata!.Uid!));
        context.Response.ContentType = "application/json";
        // Without a version: what is there now, as if it had just been added.
        foreach (Pod pod in fromNow ? pods.Where(selected) : [])
            await WriteAsync("ADDED", pod);
        if (sendsInitial)
            await WriteBookmarkAsync(version);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        if (PodRequests.Number(context, "timeoutSeconds") is { } seconds)
            ending.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            await FollowAsync(subscription, selected, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client has gone, its time is over, or podsd stops: the watch simply ends.
        }
    }

    private async Task FollowAsync(PodSubscription subscription, Func<Pod, bool> selected, CancellationToken cancel)
    {
        await foreach (PodChange change in subscription.Changes.ReadAllAsync(cancel))
        {
            if (TypeFor(change, selected(change.Pod)) is not { } type)
                continue;
            await WriteAsync(type, change.Pod);
            await context.Response.Body.FlushAsync(cancel);
        }
    }

    private string? TypeFor(PodChange change, bool matches)
    {
        string uid = change.Pod.Metadata!.Uid!;
        bool wasHeld = _held.Contains(uid);
        if (change.Type == "DELETED" || !matches)
            return _held.Remove(uid) || (matches && change.Type == "DELETED") ? "DELETED" : null;
        _held.Add(uid);
        return wasHeld ? change.Type : "ADDED";
    }

    private Task WriteAsync(string type, Pod pod)
    {
        if (!_asRows)
            return WriteLineAsync(new() { Type = type, Object = pod }, KubernetesJson.Default.WatchEventPod);
        ObjectTable rows = PodRows.Of(context, [pod], pod.Metadata!.ResourceVersion);
        // As the API server does: the columns once, on the first line.
        if (_hasSentColumns)
            rows = rows with { ColumnDefinitions = null };
        _hasSentColumns = true;
        return WriteLineAsync(new() { Type = type, Object = rows }, KubernetesJson.Default.WatchEventObjectTable);
    }

    /// <summary>Tells a client that asked for the initial state that it has all of it now.</summary>
    private Task WriteBookmarkAsync(long version) => WriteLineAsync(new()
    {
        Type = "BOOKMARK",
        Object = new Pod
        {
            ApiVersion = Pod.GroupVersion,
            Kind = Pod.ObjectKind,
            Metadata = new()
            {
                ResourceVersion = version.ToString(CultureInfo.InvariantCulture),
                Annotations = new Dictionary<string, string> { ["k8s.io/initial-events-end"] = "true" },
            },
        },
    }, KubernetesJson.Default.WatchEventPod);

    private async Task WriteLineAsync<T>(WatchEvent<T> line, JsonTypeInfo<WatchEvent<T>> type)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(line, type);
        await context.Response.Body.WriteAsync((byte[])[.. json, (byte)'\n'], context.RequestAborted);
    }
}
