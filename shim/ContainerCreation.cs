using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Pods.Linux;
using CreateTaskRequest = Containerd.Task.V3.CreateTaskRequest;

namespace Pods.Shim;

/// <summary>Carries out one Create: everything that it did is undone when a later step fails, and nobody hears of it.</summary>
internal sealed class ContainerCreation(Pod pod, CreateTaskRequest request)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Bundle _bundle = new(request.Bundle);

    public async Task<Container> RunAsync()
    {
        ShimOptions options = ShimOptions.Decode(request.Options);
        Container container = new()
        {
            Id = request.Id,
            Bundle = _bundle,
            Spec = ReadSpec(),
            Runc = new(pod.Children, _bundle, options, pod.Namespace),
            Owner = new(options.IoUid, options.IoGid, request.Id, pod.Namespace),
            Pod = pod,
        };
        Bundle.Replace(_bundle.OptionsFile, options.ToJson(), Private);
        Bundle.Replace(_bundle.RuntimeFile, System.Text.Encoding.UTF8.GetBytes(options.Runtime), Private);
        try
        {
            if (request.Rootfs.Count > 0)
                await OwnThread.RunAsync(MountRootfs);
            await SpawnAsync(container, RestoreOf(options));
            return container;
        }
        catch
        {
            await OwnThread.RunAsync(() => Mounts.DetachAll(_bundle.Rootfs));
            throw;
        }
    }

    /// <summary>Reads config.json, and fills in the pod's namespaces for a container that belongs to one.</summary>
    private BundleSpec ReadSpec()
    {
        try
        {
            byte[] config = File.ReadAllBytes(_bundle.Config);
            BundleSpec spec = BundleSpec.Parse(config);
            if (spec.IsPodMember && pod.TryFindSandbox(spec.SandboxId!) is { } sandbox)
            {
                config = MountWiring.Wire(config, sandbox.Files);
                Bundle.Replace(_bundle.Config, config, File.GetUnixFileMode(_bundle.Config));
            }
            if (!spec.IsPodMember || !NeedsWiring(config, spec))
                return spec;
            if (pod.NamespacesOf(spec.SandboxId!) is not { } namespaces)
            {
                throw new WrongStateException(
                    $"create container \"{request.Id}\": its sandbox \"{spec.SandboxId}\" does not run in this shim");
            }
            byte[] wired = NamespaceWiring.Wire(config, namespaces.Paths(withPid: spec.SharesSandboxProcesses)) ?? config;
            Bundle.Replace(_bundle.Config, wired, File.GetUnixFileMode(_bundle.Config));
            return BundleSpec.Parse(wired);
        }
        catch (JsonException e)
        {
            throw new FormatException($"create container \"{request.Id}\": {_bundle.Config}: not an OCI spec", e);
        }
    }

    private static bool NeedsWiring(byte[] config, BundleSpec spec) => NamespaceWiring.Unwired(config)
        .Any(kind => kind is "network" or "ipc" or "uts" || (kind == "pid" && spec.SharesSandboxProcesses));

    private void MountRootfs()
    {
        Directory.CreateDirectory(_bundle.Rootfs);
        // In their order, and RunAsync undoes those before one that fails.
        foreach (Mount mount in request.Rootfs.Select(m => new Mount(m.Type, m.Source, m.Target, [.. m.Options])))
        {
            if (FuseMount.IsMeantBy(mount))
                FuseMount.Attach(mount, _bundle.Rootfs, pod.Children);
            else
                Mounts.Attach(mount, _bundle.Rootfs, MakeUserNamespace);
        }
    }

    /// <summary>For the options uidmap and gidmap, which containerd leaves to the shim: a mount takes the ids of a namespace only.</summary>
    private FileDescriptor MakeUserNamespace(IdMapping mapping) =>
        UserNamespace.Create(PauseProgram.Find(), mapping, withNetwork: false, pod.Children).User;

    private Restore? RestoreOf(ShimOptions options) => request.Checkpoint.Length == 0
        ? null
        : new(request.Checkpoint, request.ParentCheckpoint, options.CriuWorkPath.Length > 0 ? options.CriuWorkPath : _bundle.Work);

    private async Task SpawnAsync(Container container, Restore? restore)
    {
        StdioPaths paths = new(request.Stdin, request.Stdout, request.Stderr, request.Terminal);
        InitProcess init = new(container, paths, restore);
        Stdio io = await Stdio.OpenAsync(pod.Streams, paths, container.Owner);
        try
        {
            init.Attach(io);
            container.Has(init);
            // The runtime has nothing to do before the start: containerd may have to fill the root file system.
            if (restore is not null)
                return;
            // Opened before the fork: an init that dies at once is still counted.
            using OrphanWatch orphans = pod.Children.ExpectOrphans();
            await io.RunAsync(socket => container.Runc.CreateAsync(request.Id, io.ChildDescriptors, socket));
            int pid = Bundle.ReadPid(_bundle.InitPidFile) ?? throw new RuncException("create", 0, $"no pid in {_bundle.InitPidFile}");
            container.Made(pid, await Runc.ClaimAsync(orphans, pid));
        }
        catch (Exception e)
        {
            await io.DisposeAsync();
            container.Release();
            // The container that exists already is somebody's; any other state is what this call left half made.
            if (e is not RuncException { Failure: RuncFailure.AlreadyExists } && container.Runc.HasState(request.Id))
                await DeleteHalfMadeAsync(container.Runc);
            throw;
        }
    }

    private async Task DeleteHalfMadeAsync(Runc runc)
    {
        try
        {
            await runc.DeleteAsync(request.Id, force: true);
        }
        catch (RuncException e)
        {
            pod.Log.Warn($"create container \"{request.Id}\" failed, and so did its removal: {e.Message}");
        }
    }
}
