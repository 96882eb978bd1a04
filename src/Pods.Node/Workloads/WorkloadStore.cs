using System.Text.Json;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// The Deployments, DaemonSets and Jobs of this node: one file each, KIND/NAMESPACE/NAME.json, written durably. What has changed is
/// told after it is on disk.
/// </summary>
public sealed class WorkloadStore
{
    private readonly string _directory;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Kind, string Space, string Name), Workload> _all = [];   // guarded by _gate
    private readonly ChangeHistory<Workload> _history = new();   // written under _gate
    private long _version = DateTimeOffset.UtcNow.ToUnixTimeSeconds();   // guarded by _gate; above all that were given out before

    private WorkloadStore(string directory) => _directory = directory;

    /// <summary>Something was made, changed or deleted. Handlers do not throw and do not wait.</summary>
    public event Action<Workload>? Changed;

    public ChangeHistory<Workload> History => _history;

    /// <summary>Reads what is there. A file that is none of the kinds is left alone, with a word to <paramref name="log"/>.</summary>
    public static WorkloadStore Open(string directory, Action<string> log)
    {
        Directory.CreateDirectory(directory);
        Files.RemoveUnfinished(directory);
        WorkloadStore store = new(directory);
        foreach (string path in Directory.GetFiles(directory, "*.json", SearchOption.AllDirectories))
            store.Load(path, log);
        store._history.StartAt(store._version);
        return store;
    }

    public (IReadOnlyList<Workload> Items, long Version) List(WorkloadKind? kind, string? space)
    {
        lock (_gate)
            return ([.. _all.Values.Where(w => (kind is null || w.Kind == kind.Kind) && (space is null || w.Metadata!.Namespace == space))
                .OrderBy(w => (w.Metadata!.Namespace, w.Metadata.Name))], _version);
    }

    public Workload? Find(WorkloadKind kind, string space, string name)
    {
        lock (_gate)
            return _all.GetValueOrDefault((kind.Kind, space, name));
    }

    /// <exception cref="NodeException">There is one of that name.</exception>
    public Workload Add(Workload given)
    {
        Workload stored;
        lock (_gate)
        {
            if (_all.ContainsKey(Key(given)))
                throw NodeException.AlreadyExists(given.Metadata!.Name!, WorkloadKind.OfKind(given.Kind)!.Plural);
            stored = Write(given, "ADDED");
        }
        Changed?.Invoke(stored);
        return stored;
    }

    /// <summary>Null: it is gone. What the change leaves as it is is not written.</summary>
    public Workload? Update(WorkloadKind kind, string space, string name, Func<Workload, Workload> change)
    {
        Workload stored;
        lock (_gate)
        {
            if (_all.GetValueOrDefault((kind.Kind, space, name)) is not { } before)
                return null;
            Workload after = change(before);
            if (Bytes(before).AsSpan().SequenceEqual(Bytes(after)))
                return before;
            stored = Write(after, "MODIFIED");
        }
        Changed?.Invoke(stored);
        return stored;
    }

    /// <exception cref="NodeException">It is not there.</exception>
    public Workload Remove(WorkloadKind kind, string space, string name)
    {
        Workload gone;
        lock (_gate)
        {
            gone = _all.GetValueOrDefault((kind.Kind, space, name)) ?? throw NodeException.NotFound(name, kind.Plural);
            string path = PathOf(gone);
            File.Delete(path);
            Files.SyncDirectory(Path.GetDirectoryName(path)!);
            _all.Remove(Key(gone));
            gone = gone with { Metadata = gone.Metadata! with { ResourceVersion = (++_version).ToString() } };
            _history.Add("DELETED", gone, _version);
        }
        Changed?.Invoke(gone);
        return gone;
    }

    private Workload Write(Workload given, string type)
    {
        Workload versioned = given with { Metadata = given.Metadata! with { ResourceVersion = (_version + 1).ToString() } };
        string path = PathOf(versioned);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Files.WriteDurably(path, Bytes(versioned));
        _version++;
        _all[Key(versioned)] = versioned;
        _history.Add(type, versioned, _version);
        return versioned;
    }

    private void Load(string path, Action<string> log)
    {
        try
        {
            Workload? found = JsonSerializer.Deserialize(File.ReadAllBytes(path), KubernetesJson.Default.Workload);
            if (found is not { Metadata: { Name: not null, Namespace: not null, Uid: not null } metadata, Spec.Template.Spec: not null }
                || WorkloadKind.OfKind(found.Kind) is null)
                throw new JsonException("no kind, name, namespace, uid or template");
            _all[Key(found)] = found;
            _version = Math.Max(_version, long.TryParse(metadata.ResourceVersion, out long version) ? version : 0);
        }
        catch (JsonException e)
        {
            log($"store: \"{path}\" is no Deployment, DaemonSet or Job ({e.Message}); left alone");
        }
    }

    private static byte[] Bytes(Workload given) => JsonSerializer.SerializeToUtf8Bytes(given, KubernetesJson.Default.Workload);

    private static (string, string, string) Key(Workload given) => (given.Kind!, given.Metadata!.Namespace!, given.Metadata.Name!);

    private string PathOf(Workload given) => Path.Combine(
        _directory, WorkloadKind.OfKind(given.Kind)!.Plural, given.Metadata!.Namespace!, given.Metadata.Name + ".json");
}
