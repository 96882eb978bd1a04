using System.Collections.Concurrent;
using System.Threading.Channels;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// Keeps what the files of one directory say. An object is known by its kind, namespace and name, whatever its file is called; a file
/// that is broken or half written touches nothing; a pod that somebody deletes is made again.
/// </summary>
public sealed class StaticManifests(PodNode node, string directory)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(30);
    // An editor may move a file away before it writes the new one, and have it open for writing for a while.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private readonly NodeServices _services = node.Services;
    private readonly Channel<Notice> _inbox = Channel.CreateUnbounded<Notice>();
    private readonly SortedDictionary<string, ManifestFile> _files = new(StringComparer.Ordinal);   // by name; of the loop alone
    private readonly Dictionary<(string Space, string Name), Task> _busy = [];   // of the loop alone
    private readonly HashSet<string> _awaited = [];   // files that are read again after a while; of the loop alone
    private readonly ConcurrentDictionary<(string File, string What), string> _problems = [];   // of files that are well-formed
    private IReadOnlyList<StaticManifestStatus> _status = [];

    /// <summary>Every file that there is.</summary>
    public IReadOnlyList<StaticManifestStatus> Status => Volatile.Read(ref _status);

    /// <summary>Until podsd stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await node.Ready.WaitAsync(stopping);
            using EventLoop loop = EventLoop.Start();
            Task deletions = TellDeletionsAsync(stopping);
            while (true)
            {
                Directory.CreateDirectory(directory);
                using DirectoryWatch watch = DirectoryWatch.Start(directory, loop);
                // Watched first, then looked: nothing falls between the two.
                ReadAll(stopping);
                Reconcile(stopping);
                using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                Task told = TellFilesAsync(watch, ended.Token);
                while (await NextAsync(stopping))
                    Reconcile(stopping);
                await ended.CancelAsync();
                await told;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Task.WhenAll(_busy.Values);
        }
    }

    /// <summary>False: the directory is to be looked at anew.</summary>
    private async Task<bool> NextAsync(CancellationToken stopping)
    {
        await _inbox.Reader.WaitToReadAsync(stopping);
        bool isWatched = true;
        while (_inbox.Reader.TryRead(out Notice notice))
        {
            if (notice.Done is { } done)
                _busy.Remove(done);
            if (notice.Again is { } late && _awaited.Remove(late))
                Read(late, stopping);
            foreach (var (name, change) in notice.Files ?? [])
            {
                if (change == DirectoryChange.Lost)
                    isWatched = false;
                else if (change == DirectoryChange.Gone && ManifestFile.IsManifest(name))
                    ReadLater(name, stopping);
                else if (change == DirectoryChange.Ready && ManifestFile.IsManifest(name))
                    Read(name, stopping);
            }
        }
        return isWatched;
    }

    private void ReadAll(CancellationToken stopping)
    {
        _files.Clear();
        foreach (string path in Directory.GetFiles(directory).Where(p => ManifestFile.IsManifest(Path.GetFileName(p))))
            Read(Path.GetFileName(path), stopping);
    }

    private void ReadLater(string name, CancellationToken stopping)
    {
        if (_awaited.Add(name))
            Later(new(Again: name), Patience, stopping);
    }

    private void Read(string name, CancellationToken stopping)
    {
        ManifestFile? file = ManifestFile.Read(Path.Combine(directory, name));
        if (file is { IsUnfinished: true })
        {
            // Until it is done, what the file said before holds.
            _files.TryAdd(name, file);
            ReadLater(name, stopping);
            return;
        }

        string? told = _files.GetValueOrDefault(name) is { IsUnfinished: false } before ? before.Error : null;
        foreach (var key in _problems.Keys.Where(k => k.File == name))
            _problems.TryRemove(key, out _);
        if (file is null)
            _files.Remove(name);
        else
        {
            _files[name] = file;
            if (file.Error is { } error && error != told)
                Tell(name, error);
        }
    }

    /// <summary>Begins what is needed for things to be as the files say; what takes its time runs on its own, one at a time for a pod.</summary>
    private void Reconcile(CancellationToken stopping)
    {
        ApplyObjects();
        ApplyWorkloads();
        Dictionary<(string, string), (Pod Pod, string File)> wanted = [];
        foreach (var (name, file) in _files)
            foreach (Pod pod in file.Objects?.Pods ?? [])
            {
                Pod marked = ManifestMark.Mark(pod, name);
                var key = (marked.Metadata!.Namespace!, marked.Metadata.Name!);
                if (!wanted.TryAdd(key, (marked, name)))
                    Problem(name, key.Item2, $"pod \"{key.Item2}\" is in {wanted[key].File} already");
            }
        foreach (var (key, (pod, file)) in wanted.Where(w => !_busy.ContainsKey(w.Key)))
            Keep(key, pod, file, stopping);
        foreach (StoredPod stored in _services.Store.List())
            if (IsLeft(stored.Pod.Metadata!, key => wanted.ContainsKey(key)) && stored.Pod.Metadata!.DeletionTimestamp is null)
                node.End(stored);
        Volatile.Write(ref _status,
            [.. _files.Select(f => new StaticManifestStatus { File = f.Key, Error = f.Value.Error ?? ProblemOf(f.Key) })]);
    }

    private void Keep((string Space, string Name) key, Pod pod, string file, CancellationToken stopping)
    {
        Pod? existing = _services.Store.Find(key.Space, key.Name)?.Pod;
        // One that is going is made again when it has gone.
        if (existing?.Metadata?.DeletionTimestamp is not null || (existing is not null && ManifestMark.AreSame(existing.Metadata!, pod.Metadata!)))
            return;
        if (existing is not null && ManifestMark.FileOf(existing.Metadata!) is null)
            Problem(file, key.Name, $"pod \"{key.Name}\" is there already, and was not made from a manifest of this directory");
        else
            _busy[key] = ApplyAsync(key, pod, existing is not null, file, stopping);
    }

    private async Task ApplyAsync((string Space, string Name) key, Pod pod, bool exists, string file, CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            if (exists)
                await node.ReplaceAsync(key.Space, key.Name, pod, isDryRun: false, stopping);
            else
                node.Create(key.Space, pod);
            _problems.TryRemove((file, key.Name), out _);
            _inbox.Writer.TryWrite(new(Done: key));
        }
        catch (Exception e) when (e is NodeException or IOException)
        {
            Problem(file, key.Name, e.Message);
            Later(new(Done: key), Retry, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // podsd stops: the next one goes on with it.
        }
    }

    private void ApplyObjects()
    {
        HashSet<(string, string, string)> wanted = [];
        foreach (var (name, file) in _files)
            foreach (SupportingObject given in file.Objects?.Supporting ?? [])
            {
                SupportingObject marked = ManifestMark.Mark(given, name);
                wanted.Add((marked.Kind!, marked.Metadata!.Namespace!, marked.Metadata.Name!));
                Apply(marked, name);
            }
        // A claim stays with its content: a file that is moved away by mistake must not cost data.
        foreach (SupportingKind kind in SupportingKind.All.Where(k => k != SupportingKind.Claim))
            foreach (SupportingObject found in _services.Objects.List(kind, null).Objects)
                if (IsLeft(found.Metadata!, key => wanted.Contains((kind.Kind, key.Item1, key.Item2))))
                    Try(ManifestMark.FileOf(found.Metadata!)!, found.Metadata!.Name!,
                        () => node.DeleteObject(kind, found.Metadata!.Namespace!, found.Metadata.Name!));
    }

    private void ApplyWorkloads()
    {
        HashSet<(string, string, string)> wanted = [];
        foreach (var (name, file) in _files)
            foreach (Workload given in file.Objects?.Workloads ?? [])
            {
                Workload marked = ManifestMark.Mark(given, name);
                wanted.Add((marked.Kind!, marked.Metadata!.Namespace!, marked.Metadata.Name!));
                Apply(marked, name);
            }
        foreach (Workload found in _services.Workloads.List(null, null).Items)
            if (IsLeft(found.Metadata!, key => wanted.Contains((found.Kind!, key.Item1, key.Item2))))
                Try(ManifestMark.FileOf(found.Metadata!)!, found.Metadata!.Name!, () => node.DeleteWorkload(
                    WorkloadKind.OfKind(found.Kind)!, found.Metadata!.Namespace!, found.Metadata.Name!, isOrphaning: false));
    }

    private void Apply(Workload given, string file)
    {
        WorkloadKind kind = WorkloadKind.OfKind(given.Kind)!;
        string space = given.Metadata!.Namespace!, name = given.Metadata.Name!;
        Try(file, name, () =>
        {
            if (_services.Workloads.Find(kind, space, name) is not { } existing)
                node.CreateWorkload(kind, space, given, isDryRun: false);
            else if (ManifestMark.FileOf(existing.Metadata!) is null)
                Problem(file, name, $"{kind.Singular} \"{name}\" is there already, and was not made from a manifest of this directory");
            else if (!ManifestMark.AreSame(existing.Metadata!, given.Metadata))
                node.ReplaceWorkload(kind, space, name, given, isDryRun: false);
        });
    }

    private void Apply(SupportingObject given, string file)
    {
        SupportingKind kind = SupportingKind.OfKind(given.Kind)!;
        string space = given.Metadata!.Namespace!, name = given.Metadata.Name!;
        Try(file, name, () =>
        {
            if (_services.Objects.Find(kind, space, name) is not { } existing)
                node.CreateObject(kind, space, given);
            else if (ManifestMark.FileOf(existing.Metadata!) is null)
                Problem(file, name, $"{kind.Singular} \"{name}\" is there already, and was not made from a manifest of this directory");
            else if (!ManifestMark.AreSame(existing.Metadata!, given.Metadata))
                node.ReplaceObject(kind, space, name, given);
        });
    }

    private void Try(string file, string what, Action apply)
    {
        try
        {
            apply();
        }
        catch (Exception e) when (e is NodeException or IOException)
        {
            Problem(file, what, e.Message);
        }
    }

    private void Later(Notice notice, TimeSpan pause, CancellationToken stopping) => _ = Task.Delay(pause, _services.Time, stopping).ContinueWith(
        _ => _inbox.Writer.TryWrite(notice), stopping, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);

    /// <summary>Whether it came from a file that is there no more, or that says nothing of it any more. A broken file says nothing at all.</summary>
    private bool IsLeft(ObjectMeta meta, Func<(string, string), bool> isWanted) =>
        ManifestMark.FileOf(meta) is { } file && !isWanted((meta.Namespace!, meta.Name!))
        && !(_files.GetValueOrDefault(file) is { Error: not null });

    private string? ProblemOf(string file) => _problems.Where(p => p.Key.File == file).Select(p => p.Value).FirstOrDefault();

    /// <summary>Told once, and not at every look.</summary>
    private void Problem(string file, string what, string message)
    {
        if (_problems.TryGetValue((file, what), out string? told) && told == message)
            return;
        _problems[(file, what)] = message;
        Tell(file, message);
    }

    /// <summary>To the operator, to the node's events, and to the pods that go on as they were.</summary>
    private void Tell(string file, string message)
    {
        _services.Log($"manifest {file} is not applied: {message}");
        _services.Events.Tell(
            new() { Kind = "Node", ApiVersion = "v1", Namespace = "default", Name = _services.Options.NodeName },
            ObjectEvent.Warning, "FailedManifest", $"manifest {file} is not applied: {message}");
        foreach (StoredPod stored in _services.Store.List().Where(p => ManifestMark.FileOf(p.Pod.Metadata!) == file))
            _services.Events.Warn(stored.Pod, "FailedManifest", $"manifest {file} is not applied: {message}");
    }

    private async Task TellFilesAsync(DirectoryWatch watch, CancellationToken cancel)
    {
        try
        {
            while (true)
                _inbox.Writer.TryWrite(new(Files: await watch.NextAsync(cancel)));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // podsd stops, or the directory is looked at anew.
        }
    }

    private async Task TellDeletionsAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                using ChangeSubscription<Pod> changes = _services.Store.History.Subscribe(_services.Store.Version);
                _inbox.Writer.TryWrite(new());
                await foreach (Change<Pod> change in changes.Changes.ReadAllAsync(stopping))
                    if (change.Type == "DELETED" && ManifestMark.FileOf(change.Object.Metadata!) is not null)
                        _inbox.Writer.TryWrite(new());
                // It ends for one that has fallen far behind: it begins anew, with a look at everything.
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // podsd stops.
        }
    }

    /// <summary>What the loop looks at next: files that changed, a file once more, a pod that is done with, or only that something has.</summary>
    private readonly record struct Notice(
        IReadOnlyList<(string Name, DirectoryChange Change)>? Files = null, string? Again = null, (string, string)? Done = null);
}
