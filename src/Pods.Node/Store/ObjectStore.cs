using System.Text.Json;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// The ConfigMaps, Secrets, claims, LimitRanges and ResourceQuotas of this node: one file each, KIND/NAMESPACE/NAME.json, readable by
/// root alone and written durably. What has changed is told after it is on disk.
/// </summary>
public sealed class ObjectStore
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _directory;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Kind, string Space, string Name), SupportingObject> _objects = [];   // guarded by _gate
    private readonly ChangeHistory<SupportingObject> _history = new();   // written under _gate
    private long _version = DateTimeOffset.UtcNow.ToUnixTimeSeconds();   // guarded by _gate; above all that were given out before

    private ObjectStore(string directory) => _directory = directory;

    /// <summary>An object was made, changed or deleted. Handlers do not throw.</summary>
    public event Action<SupportingObject>? Changed;

    public ChangeHistory<SupportingObject> History => _history;

    /// <summary>Another one after every change of any object.</summary>
    public long Version
    {
        get
        {
            lock (_gate)
                return _version;
        }
    }

    /// <summary>Reads what is there. A file that is no object is left alone, with a word to <paramref name="log"/>.</summary>
    public static ObjectStore Open(string directory, Action<string> log)
    {
        Directory.CreateDirectory(directory, OwnerOnly);
        Files.RemoveUnfinished(directory);
        ObjectStore store = new(directory);
        foreach (string path in Directory.GetFiles(directory, "*.json", SearchOption.AllDirectories))
            store.Load(path, log);
        store._history.StartAt(store._version);
        return store;
    }

    public (IReadOnlyList<SupportingObject> Objects, long Version) List(SupportingKind kind, string? space)
    {
        lock (_gate)
            return ([.. _objects.Values.Where(o => o.Kind == kind.Kind && (space is null || o.Metadata!.Namespace == space))
                .OrderBy(o => (o.Metadata!.Namespace, o.Metadata.Name))], _version);
    }

    public SupportingObject? Find(SupportingKind kind, string space, string name)
    {
        lock (_gate)
            return _objects.GetValueOrDefault((kind.Kind, space, name));
    }

    /// <exception cref="NodeException">There is one of that name.</exception>
    public SupportingObject Add(SupportingKind kind, SupportingObject given)
    {
        SupportingObject stored;
        lock (_gate)
        {
            if (_objects.ContainsKey(Key(given)))
                throw NodeException.AlreadyExists(given.Metadata!.Name!, kind.Plural);
            stored = Write(given, "ADDED");
        }
        Changed?.Invoke(stored);
        return stored;
    }

    /// <exception cref="NodeException">It is not there, has been changed meanwhile, or may not be changed so.</exception>
    public SupportingObject Replace(SupportingKind kind, SupportingObject given, string? version)
    {
        SupportingObject stored;
        lock (_gate)
        {
            string name = given.Metadata!.Name!;
            SupportingObject before = _objects.GetValueOrDefault(Key(given)) ?? throw NodeException.NotFound(name, kind.Plural);
            if (version is { Length: > 0 } && version != before.Metadata!.ResourceVersion)
                throw NodeException.Conflict(name, kind.Plural);
            if (SupportingValidation.ValidateUpdate(before, given) is { Count: > 0 } errors)
                throw NodeException.Invalid(name, errors, kind.Kind);
            stored = Write(given with
            {
                Metadata = given.Metadata with
                {
                    Uid = before.Metadata!.Uid,
                    CreationTimestamp = before.Metadata.CreationTimestamp,
                    DeletionTimestamp = before.Metadata.DeletionTimestamp,
                },
            }, "MODIFIED");
        }
        Changed?.Invoke(stored);
        return stored;
    }

    /// <summary>From now on it is being deleted; durable before this returns. It stays until it is removed.</summary>
    /// <exception cref="NodeException">It is not there.</exception>
    public SupportingObject MarkDeleted(SupportingKind kind, string space, string name, DateTimeOffset now)
    {
        lock (_gate)
        {
            SupportingObject found = _objects.GetValueOrDefault((kind.Kind, space, name)) ?? throw NodeException.NotFound(name, kind.Plural);
            return found.Metadata!.DeletionTimestamp is not null ? found
                : Write(found with { Metadata = found.Metadata with { DeletionTimestamp = now, DeletionGracePeriodSeconds = 0 } }, "MODIFIED");
        }
    }

    /// <exception cref="NodeException">It is not there.</exception>
    public SupportingObject Remove(SupportingKind kind, string space, string name)
    {
        SupportingObject gone;
        lock (_gate)
        {
            gone = _objects.GetValueOrDefault((kind.Kind, space, name)) ?? throw NodeException.NotFound(name, kind.Plural);
            string path = PathOf(gone);
            File.Delete(path);
            Files.SyncDirectory(Path.GetDirectoryName(path)!);
            _objects.Remove(Key(gone));
            gone = gone with { Metadata = gone.Metadata! with { ResourceVersion = (++_version).ToString() } };
            _history.Add("DELETED", gone, _version);
        }
        Changed?.Invoke(gone);
        return gone;
    }

    private SupportingObject Write(SupportingObject given, string type)
    {
        SupportingObject versioned = given with { Metadata = given.Metadata! with { ResourceVersion = (_version + 1).ToString() } };
        string path = PathOf(versioned);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly);
        Files.WriteDurably(path, JsonSerializer.SerializeToUtf8Bytes(versioned, KubernetesJson.Default.SupportingObject));
        // Only what is on disk counts: a full disk leaves everything as it was.
        _version++;
        _objects[Key(versioned)] = versioned;
        _history.Add(type, versioned, _version);
        return versioned;
    }

    private void Load(string path, Action<string> log)
    {
        try
        {
            SupportingObject? found = JsonSerializer.Deserialize(File.ReadAllBytes(path), KubernetesJson.Default.SupportingObject);
            if (found is not { Metadata: { Name: not null, Namespace: not null } metadata } || SupportingKind.OfKind(found.Kind) is null)
                throw new JsonException("no kind, name or namespace");
            _objects[Key(found)] = found;
            _version = Math.Max(_version, long.TryParse(metadata.ResourceVersion, out long version) ? version : 0);
        }
        catch (JsonException)
        {
            // The parser's message may quote what it read, and that may be a secret.
            log($"store: \"{path}\" is no ConfigMap, Secret or PersistentVolumeClaim; left alone");
        }
    }

    private static (string, string, string) Key(SupportingObject given) => (given.Kind!, given.Metadata!.Namespace!, given.Metadata.Name!);

    private string PathOf(SupportingObject given) => Path.Combine(
        _directory, SupportingKind.OfKind(given.Kind)!.Plural, given.Metadata!.Namespace!, given.Metadata.Name + ".json");
}
