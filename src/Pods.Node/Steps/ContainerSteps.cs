using System.Security.Cryptography;
using System.Text.Json;
using Pods.Containerd;
using Pods.Images;
using Pods.Linux;
using Pods.Manifests;
using Pods.Oci;

namespace Pods.Node;

/// <summary>Starts one container in its pod's sandbox.</summary>
internal sealed class ContainerSteps(NodeServices node)
{
    private readonly ImageSupply _images = new(node);
    private readonly PodVolumes _volumes = new(node);
    private readonly ImageVolumes _imageVolumes = new(node);
    private readonly SandboxSteps _sandbox = new(node);
    private readonly TerminationMessages _messages = new(node.Options);
    private readonly TeardownSteps _teardown = new(node);
    private readonly RunFiles _files = new(node);

    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <param name="pod">With defaults.</param>
    /// <param name="container">Which of its containers.</param>
    /// <param name="sandbox">A sandbox that is ready.</param>
    /// <param name="previous">The run before, whose remains are removed first.</param>
    /// <param name="cpus">What it runs on; null: on all.</param>
    /// <param name="cancel">The pod is to go, or podsd stops.</param>
    public async Task<ContainerRun> StartAsync(
        Pod pod, Container container, SandboxRecord sandbox, ContainerRun? previous, string? cpus, CancellationToken cancel)
    {
        await _imageVolumes.PrepareAsync(pod, container, UserNamespaces.Of(node.Options, sandbox), cancel);
        Image image = await _images.GetAsync(pod, container, cancel);
        if (previous is { Id.Length: > 0 })
        {
            await _teardown.RemoveContainerAsync(previous.Id, cancel);
            _files.RemoveOlderThan(pod, previous);
        }
        string id = NewId();
        bool hasRun = previous is { Id.Length: > 0 };
        int restarts = hasRun ? previous!.RestartCount + 1 : 0;
        try
        {
            int pid = await StartTaskAsync(new(pod, container, sandbox, image, id, cpus), restarts, cancel);
            return new ContainerRun
            {
                Name = container.Name!,
                Id = id,
                SandboxId = sandbox.Id,
                RestartCount = restarts,
                Phase = RunPhase.Running,
                Pid = pid,
                StartedAt = node.Time.GetUtcNow(),
                Previous = previous?.Ended ?? previous?.Previous,
                ImageId = ImageIdOf(image),
                IsPostStartPending = container.Lifecycle?.PostStart is not null,
                Backoff = hasRun ? RestartBackoff.After(previous) : null,
                Fingerprint = ContainerFingerprint.OfProcess(container),
                Resources = ContainerFingerprint.OfResources(container),
                Cpus = cpus,
            };
        }
        catch
        {
            // Whatever was made of it is removed: the next try begins from nothing.
            await _teardown.RemoveContainerAsync(id, CancellationToken.None);
            throw;
        }
    }

    /// <summary>The image of a container that is to be started anew, so that one that cannot be had stops nothing.</summary>
    public Task PrepareUpdateAsync(Pod pod, Container container, CancellationToken cancel) => _images.GetAsync(pod, container, cancel);

    /// <summary>Other limits for the running process, and for the pod around it, in an order in which neither is in the other's way.</summary>
    public async Task ResizeAsync(Pod pod, Container container, ContainerRun run, string cgroup, CancellationToken cancel)
    {
        try
        {
            await PodCgroups.UnlimitAsync(cgroup, cancel);
            await UpdateAsync(container, run, run.Cpus, cancel);
        }
        finally
        {
            await PodCgroups.LimitAsync(pod, cgroup, CancellationToken.None);
        }
    }

    /// <summary>Other cpus for the running process, with the limits that it has: the runtime takes both at once.</summary>
    /// <param name="cpus">null: all that there are.</param>
    public Task MoveAsync(Container container, ContainerRun run, string? cpus, CancellationToken cancel) =>
        UpdateAsync(container, run, cpus ?? node.Cpus.All, cancel);

    private async Task UpdateAsync(Container container, ContainerRun run, string? cpus, CancellationToken cancel)
    {
        try
        {
            LinuxResources limits = ContainerSpec.Limits(container, node.Facts, cpus);
            await node.Containerd.Tasks.UpdateAsync(
                run.Id, JsonSerializer.SerializeToUtf8Bytes(limits, RuntimeJson.Default.LinuxResources), cancel);
        }
        catch (ContainerdException e) when (!e.IsUnavailable)
        {
            throw new StepException(StepReason.ResizeFailed, $"the limits cannot be changed: {e.Message}", e);
        }
    }

    public string LogPath(Pod pod, string container, int run) => Path.Combine(
        node.Options.PodLogs(pod.Metadata!.Namespace!, pod.Metadata.Name!, pod.Metadata.Uid!), container, $"{run}.log");

    /// <summary>One container on its way to its first process.</summary>
    private sealed record Start(Pod Pod, Container Container, SandboxRecord Sandbox, Image Image, string Id, string? Cpus);

    private async Task<int> StartTaskAsync(Start start, int run, CancellationToken cancel)
    {
        (Pod pod, Container container, SandboxRecord sandbox, Image image, string id, _) = start;
        Dictionary<string, string> labels = PodLabels.Of(pod, node.Options, "container", container.Name);
        IReadOnlyList<SnapshotMount> rootfs = await node.Images.PrepareRootfsAsync(image, id, labels, cancel);
        RuntimeSpec spec = BuildSpec(start, rootfs);
        PodUsers? users = UserNamespaces.Of(node.Options, sandbox);
        await node.Containerd.Containers.CreateAsync(new ContainerRecord
        {
            Id = id,
            Labels = labels,
            Image = image.Name,
            Runtime = node.Options.Runtime,
            RuntimeOptions = RuncOptions.Of(node.Options.OciRuntime, SystemdSlices.IsSlice(sandbox.Cgroup ?? ""), users?.First ?? 0),
            Spec = JsonSerializer.SerializeToUtf8Bytes(spec, RuntimeJson.Default.RuntimeSpec),
            Snapshotter = node.Options.Snapshotter,
            SnapshotKey = id,
        }, cancel);
        string log = LogUri(pod, container, run, id);
        bool hasTerminal = container.Tty == true;
        try
        {
            await node.Containerd.Tasks.CreateAsync(new TaskCreation
            {
                ContainerId = id,
                Rootfs = UserNamespaces.Map(rootfs, users),
                Stdin = container.Stdin == true ? StandardInput(pod, id) : "",
                Stdout = log,
                Stderr = hasTerminal ? "" : log,
                Terminal = hasTerminal,
            }, cancel);
            return await node.Containerd.Tasks.StartAsync(id, "", cancel);
        }
        catch (ContainerdException e) when (!e.IsUnavailable)
        {
            throw new StepException(StepReason.RunContainerError, e.Message, e);
        }
    }

    private RuntimeSpec BuildSpec(Start start, IReadOnlyList<SnapshotMount> rootfs)
    {
        (Pod pod, Container container, SandboxRecord sandbox, Image image, string id, string? cpus) = start;
        try
        {
            var (passwd, group) = ImageUsers.Read(rootfs);
            string cgroup = sandbox.Cgroup ?? new PodCgroups(node.Options).NameOf(pod);
            SandboxFacts facts = _sandbox.Facts(pod, sandbox with { Cgroup = cgroup });
            ObjectLookup objects = (kind, name) => node.Objects.Find(kind, pod.Metadata!.Namespace!, name);
            NodeFacts machine = container.SecurityContext?.Privileged == true ? node.Facts with { Devices = HostDevices.All() } : node.Facts;
            return ContainerSpec.For(pod, container, facts, machine, new ContainerFacts
            {
                ContainerId = id,
                ImageName = image.Name,
                Image = image.Config.Config,
                User = ContainerUser.Resolve(pod, container, image.Config.Config, passwd, group),
                MountSources = [.. _volumes.Sources(pod, container, facts, objects)],
                LastWords = _messages.Prepare(pod, container, id),
                Objects = objects,
                Files = (volume, path) => PodVolumes.Read(node.Options, pod, volume, path),
                LocalhostSeccomp = LocalhostSeccomp(pod, container),
                Cpus = cpus,
            });
        }
        catch (SpecException e)
        {
            throw new StepException(StepReason.CreateContainerConfigError, e.Message, e);
        }
    }

    private LinuxSeccomp? LocalhostSeccomp(Pod pod, Container container)
    {
        SeccompProfile? profile = container.SecurityContext?.SeccompProfile ?? pod.Spec!.SecurityContext?.SeccompProfile;
        if (profile is not { Type: "Localhost", LocalhostProfile: { } name })
            return null;
        try
        {
            string path = RootedPath.Resolve(node.Options.SeccompDirectory, name);
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), RuntimeJson.Default.LinuxSeccomp);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new StepException(StepReason.CreateContainerConfigError,
                $"container \"{container.Name}\": seccomp profile \"{name}\" below {node.Options.SeccompDirectory}: {e.Message}", e);
        }
    }

    private string LogUri(Pod pod, Container container, int run, string id)
    {
        string path = LogPath(pod, container.Name!, run);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string uri = $"pods-log://{path}?max-size={node.Options.LogMaxBytes}&max-files={node.Options.LogMaxFiles}";
        // What is asked for, a prompt above all, has no line end that the log would wait for: onlookers get it as it comes.
        return container.Tty == true || container.Stdin == true ? $"{uri}&tap={ContainerStreams.TapDirectory(node.Options, pod, id)}" : uri;
    }

    /// <summary>A fifo that nobody writes to yet: the process waits on it as it would on a silent terminal.</summary>
    private string StandardInput(Pod pod, string id)
    {
        string path = ContainerStreams.InputPath(node.Options, pod, id);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Fifo.Create(path);
        return path;
    }

    private static string ImageIdOf(Image image) => image.RepoDigests.Count > 0 ? image.RepoDigests[0] : image.Id;
}
