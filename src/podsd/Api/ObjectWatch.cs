using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>One watch of objects of a kind: a line of JSON for each change, until the client goes, its time is over or podsd stops.</summary>
internal sealed class ObjectWatch<T>(HttpContext context, WatchSource<T> source) where T : class
{
    // The API server's: how far it has come, told to a client that can begin anew from there.
    private static readonly TimeSpan BookmarkPeriod = TimeSpan.FromMinutes(1);

    private readonly bool _asRows = PodRows.AreWanted(context);
    // What the client holds, by uid: an object that no longer matches is, to it, a deleted one.
    private readonly HashSet<string> _held = [];
    private bool _hasSentColumns;
    private long _version;

    public async Task RunAsync(Func<T, bool> selected)
    {
        (IReadOnlyList<T> items, _version) = source.List();
        long after = PodRequests.Number(context, "resourceVersion") ?? 0;
        bool sendsInitial = PodRequests.Flag(context, "sendInitialEvents");
        bool fromNow = after == 0 || sendsInitial;
        using ChangeSubscription<T> subscription = source.History.Subscribe(fromNow ? _version : after);
        _held.UnionWith(items.Where(selected).Select(Uid));
        context.Response.ContentType = "application/json";
        // Without a version: what is there now, as if it had just been added.
        foreach (T item in fromNow ? items.Where(selected) : [])
            await WriteAsync("ADDED", item);
        if (sendsInitial)
            await WriteBookmarkAsync(new Dictionary<string, string> { ["k8s.io/initial-events-end"] = "true" });
        await context.Response.Body.FlushAsync(context.RequestAborted);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        if (PodRequests.Number(context, "timeoutSeconds") is { } seconds)
            ending.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            await FollowAsync(subscription.Changes, selected, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client has gone, its time is over, or podsd stops: the watch simply ends.
        }
    }

    private async Task FollowAsync(ChannelReader<Change<T>> changes, Func<T, bool> selected, CancellationToken cancel)
    {
        while (await WaitAsync(changes, cancel))
            while (changes.TryRead(out Change<T>? change))
            {
                _version = Math.Max(_version, change.Version);
                if (TypeFor(change, selected(change.Object)) is not { } type)
                    continue;
                await WriteAsync(type, change.Object);
                await context.Response.Body.FlushAsync(cancel);
            }
    }

    /// <summary>False when this watch has fallen so far behind that it ends.</summary>
    private async Task<bool> WaitAsync(ChannelReader<Change<T>> changes, CancellationToken cancel)
    {
        if (!PodRequests.Flag(context, "allowWatchBookmarks"))
            return await changes.WaitToReadAsync(cancel);
        Task<bool> more = changes.WaitToReadAsync(cancel).AsTask();
        while (true)
            try
            {
                return await more.WaitAsync(BookmarkPeriod, cancel);
            }
            catch (TimeoutException)
            {
                await WriteBookmarkAsync(annotations: null);
                await context.Response.Body.FlushAsync(cancel);
            }
    }

    private string? TypeFor(Change<T> change, bool matches)
    {
        string uid = Uid(change.Object);
        bool wasHeld = _held.Contains(uid);
        if (change.Type == "DELETED" || !matches)
            return _held.Remove(uid) || (matches && change.Type == "DELETED") ? "DELETED" : null;
        _held.Add(uid);
        return wasHeld ? change.Type : "ADDED";
    }

    private Task WriteAsync(string type, T item)
    {
        T shown = source.Shown(item);
        if (!_asRows)
            return WriteLineAsync(context, type, shown, source.Type);
        ObjectTable row = source.Row(shown);
        // As the API server does: the columns once, on the first line.
        if (_hasSentColumns)
            row = row with { ColumnDefinitions = null };
        _hasSentColumns = true;
        return WriteLineAsync(context, type, row, KubernetesJson.Default.ObjectTable);
    }

    private Task WriteBookmarkAsync(IReadOnlyDictionary<string, string>? annotations) => WriteLineAsync(context, "BOOKMARK",
        source.Bare(new() { ResourceVersion = _version.ToString(CultureInfo.InvariantCulture), Annotations = annotations }), source.Type);

    private string Uid(T item) => source.Metadata(item).Uid!;

    /// <param name="context">Whose answer it is a line of.</param>
    /// <param name="type">One of five words, with nothing to escape.</param>
    /// <param name="item">The object, or a table of one row.</param>
    /// <param name="json">How it is written.</param>
    public static async Task WriteLineAsync<TItem>(HttpContext context, string type, TItem item, JsonTypeInfo<TItem> json) =>
        await context.Response.Body.WriteAsync((byte[])
        [
            .. "{\"type\":\""u8, .. Encoding.ASCII.GetBytes(type), .. "\",\"object\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(item, json), .. "}\n"u8,
        ], context.RequestAborted);
}
