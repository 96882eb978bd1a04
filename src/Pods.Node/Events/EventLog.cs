using System.Globalization;
using System.Threading.Channels;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// What happened to the pods of this node, the latest of each and the latest of all: a ring on disk, so that the reason why a pod
/// ended is still there after a restart. What happens again is counted, not told anew.
/// </summary>
public sealed class EventLog
{
    /// <summary>Of one object: more than a container in CrashLoopBackOff makes in an hour.</summary>
    public const int KeptPerObject = 64;
    public const int KeptInAll = 2048;
    private const int MaxBehind = 4096;
    private const int LongestMessage = 1024;   // the API server's limit
    private static readonly TimeSpan NewsAgain = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<ObjectEvent> _events = [];   // by the time of the latest; guarded by _gate
    private readonly HashSet<Channel<ObjectEvent>> _watchers = [];   // guarded by _gate
    private readonly EventFile _file;   // written under _gate
    private readonly TimeProvider _time;
    private readonly string _host;
    private long _version;   // guarded by _gate

    private EventLog(EventFile file, string host, TimeProvider time) => (_file, _host, _time) = (file, host, time);

    public static EventLog Open(string path, string host, TimeProvider time, Action<string> log)
    {
        EventFile file = new(path, log);
        EventLog events = new(file, host, time);
        foreach (ObjectEvent happened in file.Read())
            events.Keep(happened);
        events._version = Math.Max(
            time.GetUtcNow().ToUnixTimeSeconds(), events._events.Select(e => Version(e)).DefaultIfEmpty().Max());
        return events;
    }

    /// <summary>What belongs into the operator's log too: told for the first time, or again after a minute without. In the teller's thread.</summary>
    public event Action<ObjectEvent>? News;

    /// <summary>Something about a pod, or about one of its containers.</summary>
    public void Tell(Pod pod, string type, string reason, string message, string? container = null) => Tell(new ObjectReference
    {
        Kind = Pod.ObjectKind,
        ApiVersion = Pod.GroupVersion,
        Namespace = pod.Metadata!.Namespace,
        Name = pod.Metadata.Name,
        Uid = pod.Metadata.Uid,
        FieldPath = container is null ? null
            : $"spec.{((pod.Spec?.InitContainers ?? []).Any(c => c.Name == container) ? "initContainers" : "containers")}{{{container}}}",
    }, type, reason, message);

    /// <summary>Something about anything; never a secret.</summary>
    public void Tell(ObjectReference about, string type, string reason, string message)
    {
        DateTimeOffset now = _time.GetUtcNow();
        string text = message.Length <= LongestMessage ? message : message[..(LongestMessage - 1)] + "…";
        ObjectEvent? before;
        ObjectEvent happened;
        lock (_gate)
        {
            before = _events.FirstOrDefault(e => e.InvolvedObject == about && e.Reason == reason && e.Message == text);
            string version = (++_version).ToString(CultureInfo.InvariantCulture);
            happened = before is not null
                ? before with { Count = before.Count + 1, LastTimestamp = now, Metadata = before.Metadata! with { ResourceVersion = version } }
                : New(about, type, reason, text, now, version);
            Keep(happened);
            _file.Append(happened, _events);
            foreach (Channel<ObjectEvent> watcher in _watchers.Where(w => !w.Writer.TryWrite(happened)).ToArray())
            {
                watcher.Writer.TryComplete();
                _watchers.Remove(watcher);
            }
        }
        if (before is null || now - before.LastTimestamp >= NewsAgain)
            News?.Invoke(happened);
    }

    /// <summary>The oldest first, and the version that the list is of: a watch from there misses nothing.</summary>
    public (IReadOnlyList<ObjectEvent> Events, long Version) List()
    {
        lock (_gate)
            return ([.. _events], _version);
    }

    /// <summary>Every event after the version, as far as it is still there, and every one to come.</summary>
    public EventSubscription Subscribe(long after)
    {
        Channel<ObjectEvent> channel = Channel.CreateBounded<ObjectEvent>(MaxBehind);
        lock (_gate)
        {
            foreach (ObjectEvent happened in _events.Where(e => Version(e) > after))
                channel.Writer.TryWrite(happened);
            _watchers.Add(channel);
        }
        return new(channel.Reader, () =>
        {
            lock (_gate)
                _watchers.Remove(channel);
        });
    }

    private void Keep(ObjectEvent happened)
    {
        Remove(e => e.Metadata!.Name == happened.Metadata!.Name, 0);
        _events.AddLast(happened);
        Remove(e => e.InvolvedObject == happened.InvolvedObject, KeptPerObject);
        Remove(_ => true, KeptInAll);
    }

    /// <summary>The oldest of those that match, until so many are left.</summary>
    private void Remove(Func<ObjectEvent, bool> matches, int left)
    {
        int excess = _events.Count(matches) - left;
        for (LinkedListNode<ObjectEvent>? node = _events.First; node is not null && excess > 0;)
        {
            LinkedListNode<ObjectEvent>? next = node.Next;
            if (matches(node.Value))
            {
                _events.Remove(node);
                excess--;
            }
            node = next;
        }
    }

    private ObjectEvent New(ObjectReference about, string type, string reason, string message, DateTimeOffset now, string version) => new()
    {
        ApiVersion = "v1",
        Kind = "Event",
        Metadata = new()
        {
            // As client-go names them: the object, and a time that makes it the only one of that name.
            Name = $"{about.Name}.{now.UtcTicks:x}{_version & 0xff:x2}",
            Namespace = about.Namespace,
            Uid = Guid.NewGuid().ToString(),
            CreationTimestamp = now,
            ResourceVersion = version,
        },
        InvolvedObject = about,
        Reason = reason,
        Message = message,
        Source = new() { Component = "podsd", Host = _host },
        FirstTimestamp = now,
        LastTimestamp = now,
        Count = 1,
        Type = type,
        ReportingComponent = "podsd",
        ReportingInstance = _host,
    };

    private static long Version(ObjectEvent happened) =>
        long.TryParse(happened.Metadata?.ResourceVersion, CultureInfo.InvariantCulture, out long version) ? version : 0;
}

/// <summary>An open watch of events.</summary>
public sealed class EventSubscription(ChannelReader<ObjectEvent> events, Action end) : IDisposable
{
    public ChannelReader<ObjectEvent> Events { get; } = events;

    public void Dispose() => end();
}
