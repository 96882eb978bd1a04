using System.Text.Json;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// The pods of this node: one JSON file each, written so that a crash leaves the old or the new text, and never half of one; beside it,
/// while it is newer, a second one with what has only been observed since, which a power cut may cost.
/// Every write gets the next resource version and is told to watchers in that order.
/// </summary>
public sealed class PodStore
{
    private const string Observed = ".observed";

    private readonly string _directory;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, StoredPod> _pods = [];   // by uid; guarded by _gate
    private readonly ChangeHistory<Pod> _history = new();   // written under _gate
    private readonly Action<string> _log;
    private long _version;   // guarded by _gate
    private bool _hasFailed;   // guarded by _gate

    private PodStore(string directory, Action<string> log) => (_directory, _log) = (directory, log);

    public ChangeHistory<Pod> History => _history;

    /// <summary>The version of the latest write.</summary>
    public long Version
    {
        get
        {
            lock (_gate)
                return _version;
        }
    }

    /// <summary>Reads what is there. A file that is no pod is set aside, with a word to <paramref name="log"/>, and harms no other.</summary>
    public static PodStore Open(string directory, Action<string> log)
    {
        Directory.CreateDirectory(directory);
        Files.RemoveUnfinished(directory);
        PodStore store = new(directory, log);
        foreach (string path in Directory.GetFiles(directory, "*.json"))
            store.Load(path, log);
        // Its successor has been written, so it had ended: podsd was killed before its own file went.
        foreach (StoredPod stored in store.List())
            if (stored.Successor is { } next && store._pods.ContainsKey(next.Metadata!.Uid!))
            {
                store._pods.Remove(stored.Pod.Metadata!.Uid!);
                File.Delete(store.PathOf(stored.Pod.Metadata.Uid!));
            }
        // Of a pod that was being forgotten when podsd was killed.
        foreach (string path in Directory.GetFiles(directory, "*" + Observed))
            if (!store._pods.ContainsKey(Path.GetFileNameWithoutExtension(path)))
                File.Delete(path);
        // Versions begin above every one that was given out before: a client's old one is too old, never wrong.
        store._version = Math.Max(store._version, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        store._history.StartAt(store._version);
        return store;
    }

    public IReadOnlyList<StoredPod> List()
    {
        lock (_gate)
            return [.. _pods.Values];
    }

    /// <summary>The pods and the version that the list is of: a watch from there misses nothing.</summary>
    public (IReadOnlyList<Pod> Pods, long Version) Snapshot()
    {
        lock (_gate)
            return ([.. _pods.Values.Select(p => p.Pod)], _version);
    }

    public StoredPod? Find(string space, string name)
    {
        lock (_gate)
            return _pods.Values.FirstOrDefault(p => p.Pod.Metadata?.Namespace == space && p.Pod.Metadata.Name == name);
    }

    public StoredPod? FindByUid(string uid)
    {
        lock (_gate)
            return _pods.GetValueOrDefault(uid);
    }

    /// <exception cref="NodeException">There is a pod of that name.</exception>
    public Pod Add(Pod pod, PodMemory? memory = null)
    {
        lock (_gate)
        {
            if (Find(pod.Metadata!.Namespace!, pod.Metadata.Name!) is not null)
                throw NodeException.AlreadyExists(pod.Metadata.Name!);
            StoredPod stored = Write(new StoredPod { Pod = pod, Memory = memory ?? new() }, isDurable: true);
            _history.Add("ADDED", stored.Pod, _version);
            return stored.Pod;
        }
    }

    /// <summary>Changes a pod; null when it is gone. A change of what is wanted is durable before this returns.</summary>
    public StoredPod? Update(string uid, Func<StoredPod, StoredPod> change, bool isDurable)
    {
        lock (_gate)
        {
            if (!_pods.TryGetValue(uid, out StoredPod? before))
                return null;
            StoredPod after = change(before);
            if (after == before)
                return before;
            StoredPod stored = Write(after, isDurable);
            _history.Add("MODIFIED", stored.Pod, _version);
            return stored;
        }
    }

    public void Remove(string uid)
    {
        lock (_gate)
            if (_pods.GetValueOrDefault(uid) is { } gone)
                Forget(gone, ++_version);
    }

    /// <summary>
    /// One pod goes and the other takes its name, whatever happens in between: the new one's file is there before the old one's is not.
    /// </summary>
    /// <returns>False, and nothing has changed, where <paramref name="heir"/> is not (any more) the successor of that pod.</returns>
    public bool TrySucceed(string uid, StoredPod heir)
    {
        lock (_gate)
        {
            if (_pods.GetValueOrDefault(uid) is not { } gone || gone.Successor?.Metadata!.Uid != heir.Pod.Metadata!.Uid)
                return false;
            // Watchers hear of the end first: the two have the same name.
            long end = ++_version;
            StoredPod stored;
            try
            {
                stored = Write(heir, isDurable: true);
            }
            catch
            {
                _version--;
                throw;
            }
            Forget(gone, end);
            _history.Add("ADDED", stored.Pod, _version);
            return true;
        }
    }

    private void Forget(StoredPod gone, long version)
    {
        string uid = gone.Pod.Metadata!.Uid!;
        _pods.Remove(uid);
        File.Delete(ObservedPathOf(uid));
        File.Delete(PathOf(uid));
        Files.SyncDirectory(_directory);
        Pod last = gone.Pod with { Metadata = gone.Pod.Metadata with { ResourceVersion = version.ToString() } };
        _history.Add("DELETED", last, version);
    }

    private StoredPod Write(StoredPod stored, bool isDurable)
    {
        Pod pod = stored.Pod with { Metadata = stored.Pod.Metadata! with { ResourceVersion = (_version + 1).ToString() } };
        StoredPod versioned = stored with { Pod = pod };
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(versioned, NodeJson.Default.StoredPod);
        string uid = pod.Metadata!.Uid!;
        // What is wanted counts only when it is on disk: a full one leaves everything as it was.
        if (isDurable)
        {
            Files.WriteDurably(PathOf(uid), json);
            File.Delete(ObservedPathOf(uid));
        }
        else
            TryWrite(ObservedPathOf(uid), json);
        _version++;
        _pods[uid] = versioned;
        return versioned;
    }

    /// <summary>
    /// Not at once on the platter, and on some file systems a power cut leaves nothing of it: what is observed can be observed again. A
    /// disk that is full must not stop a pod from being looked after, so the failure is told and memory goes ahead of the file.
    /// </summary>
    private void TryWrite(string path, byte[] json)
    {
        string temporary = path + Files.Unfinished;
        try
        {
            File.WriteAllBytes(temporary, json);
            File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Move(temporary, path, overwrite: true);
            _hasFailed = false;
        }
        catch (IOException e)
        {
            File.Delete(temporary);
            if (!_hasFailed)
                _log($"store: {e.Message}; what happens to pods is kept in memory until it can be written");
            _hasFailed = true;
        }
    }

    private void Load(string path, Action<string> log)
    {
        try
        {
            StoredPod stored = JsonSerializer.Deserialize(File.ReadAllBytes(path), NodeJson.Default.StoredPod)
                ?? throw new JsonException("null");
            if (stored.Pod.Metadata is not { Uid: { } uid, Name: not null, Namespace: not null } || stored.Pod.Spec is null)
                throw new JsonException("no name, namespace, uid or spec");
            if (FindObserved(uid) is { } newer && VersionOf(newer) > VersionOf(stored))
                stored = newer;
            _pods[uid] = stored;
            _version = Math.Max(_version, VersionOf(stored));
        }
        catch (JsonException e)
        {
            string aside = path + ".broken";
            File.Move(path, aside, overwrite: true);
            log($"store: \"{path}\" is no pod ({e.Message}); set aside as \"{aside}\"");
        }
    }

    /// <summary>Null: there is none, or a crash has left nothing that can be read.</summary>
    private StoredPod? FindObserved(string uid)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(ObservedPathOf(uid)), NodeJson.Default.StoredPod) is
                { Pod: { Spec: not null, Metadata: { Name: not null, Namespace: not null } meta } } observed && meta.Uid == uid ? observed : null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return null;
        }
    }

    private static long VersionOf(StoredPod stored) => long.TryParse(stored.Pod.Metadata!.ResourceVersion, out long version) ? version : 0;

    private string ObservedPathOf(string uid) => Path.Combine(_directory, uid + Observed);

    private string PathOf(string uid) => Path.Combine(_directory, uid + ".json");
}
