using System.Text.Json;
using Containerd.Task.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pods.Linux;
using Task = System.Threading.Tasks.Task;

namespace Pods.Shim;

/// <summary>
/// `delete`: containerd runs it in the bundle of a container whose shim is dead or has been told to end. It removes what
/// the shim left in the kernel, has 5 s for it, and relies on nothing but the bundle's files.
/// </summary>
internal static class Cleanup
{
    private const uint Killed = 128 + Signals.SIGKILL;

    public static async Task RunAsync(ShimFlags flags)
    {
        Bundle bundle = new(Directory.GetCurrentDirectory());
        ShimOptions options = OptionsOf(bundle);
        Runc runc = new(Children.BecomeSubreaper(), bundle, options, flags.Namespace);

        // The daemon's name of the bundle, which is on the command lines, may lead through a link.
        Bundle[] names = [bundle, .. flags.Bundle.Length > 0 ? (Bundle[])[new(flags.Bundle)] : []];
        KillWithArgument(word => names.Any(n => n.IsRuncLog(word)));
        // The bundle of a sandbox without a container.
        if (!File.Exists(bundle.Config))
            KillWithArgument(word => names.Any(n => word == PodSandbox.MarkOf(n)));
        if (runc.HasState(flags.Id))
            await DeleteAsync(runc, flags.Id, bundle);
        await DetachAsync(bundle.Rootfs);
        await DetachAsync(bundle.SharedMemory);
        RemoveDeadSocket(bundle);

        DeleteResponse answer = new()
        {
            Pid = (uint)(Bundle.ReadPid(bundle.InitPidFile) ?? 0),
            ExitStatus = Killed,
            ExitedAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow),
        };
        await StandardStreams.WriteAsync(answer.ToByteArray());
    }

    private static async Task DeleteAsync(Runc runc, string id, Bundle bundle)
    {
        try
        {
            // Nothing else ends processes in a pid namespace whose pid 1 is not the container's.
            if (SharesPidNamespace(bundle))
                await runc.KillAllAsync(id);
        }
        catch (RuncException e)
        {
            await Console.Error.WriteLineAsync($"delete {id}: {e.Message}");
        }
        try
        {
            await runc.DeleteAsync(id, force: true);
        }
        catch (RuncException e)
        {
            await Console.Error.WriteLineAsync($"delete {id}: {e.Message}");
        }
    }

    /// <summary>What somebody still uses is the daemon's to try again; without an answer it would tell another exit than the container's.</summary>
    private static async Task DetachAsync(string path)
    {
        try
        {
            Mounts.DetachAll(path);
        }
        catch (LinuxException e)
        {
            await Console.Error.WriteLineAsync($"delete: {e.Message}");
        }
    }

    /// <summary>
    /// A runc that was at work when its shim was killed would go on to make a container that nobody knows; and a sandbox's holder
    /// would go on for ever. Both name the bundle on their command lines, and nobody else does in these words.
    /// </summary>
    private static void KillWithArgument(Predicate<string> isMeant)
    {
        foreach (int pid in RunningProcesses.WithArgument(isMeant))
            Signals.TrySend(pid, Signals.SIGKILL);
    }

    /// <summary>A shim that was killed leaves its socket; one that lives, for other containers of the group, keeps it.</summary>
    private static void RemoveDeadSocket(Bundle bundle)
    {
        const string scheme = "unix://";
        string address = File.Exists(bundle.AddressFile) ? File.ReadAllText(bundle.AddressFile).Trim() : "";
        if (!address.StartsWith($"{scheme}{bundle.SocketDirectory()}/", StringComparison.Ordinal))
            return;
        string path = address[scheme.Length..];
        if (File.Exists(path) && !UnixSocket.IsAlive(path))
            File.Delete(path);
    }

    private static ShimOptions OptionsOf(Bundle bundle)
    {
        ShimOptions options = new();
        try
        {
            if (File.Exists(bundle.OptionsFile))
                options = ShimOptions.FromJson(File.ReadAllBytes(bundle.OptionsFile));
        }
        catch (JsonException)
        {
            // A shim that died in the middle of its work: the defaults are the best guess.
        }
        return File.Exists(bundle.RuntimeFile) ? options with { BinaryName = File.ReadAllText(bundle.RuntimeFile).Trim() } : options;
    }

    private static bool SharesPidNamespace(Bundle bundle)
    {
        try
        {
            return BundleSpec.Parse(File.ReadAllBytes(bundle.Config)).SharesPidNamespace;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return BundleSpec.Unknown.SharesPidNamespace;
        }
    }
}
