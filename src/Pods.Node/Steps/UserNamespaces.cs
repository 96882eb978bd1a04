using System.ComponentModel;
using System.Diagnostics;
using Pods.Containerd;
using Pods.Linux;
using Pods.Manifests;
using Pods.Oci;

namespace Pods.Node;

/// <summary>The user namespaces of pods with hostUsers: false: whether there can be any here, and how a pod's comes into being.</summary>
internal static class UserNamespaces
{
    private static readonly Version s_kernel = new(6, 3);
    private static readonly TimeSpan s_answerLimit = TimeSpan.FromSeconds(10);

    /// <summary>Null for a pod with the machine's users.</summary>
    public static PodUsers? Of(NodeOptions options, SandboxRecord sandbox) =>
        sandbox.FirstUser is { } first ? new(first, options.UserNamespace(sandbox.Id)) : null;

    /// <summary>Why no pod can have users of its own on this machine; null: it can. Asked for each such pod: a runtime may be exchanged.</summary>
    public static string? Problem(NodeOptions options)
    {
        if (Environment.OSVersion.Version < s_kernel)
            return $"the kernel is {Environment.OSVersion.Version}, and only {s_kernel} maps the ids of every volume";
        if (!File.Exists("/proc/self/ns/user") || File.ReadAllText("/proc/sys/user/max_user_namespaces").Trim() == "0")
            return "user namespaces are switched off (user.max_user_namespaces)";
        if (options.Snapshotter != "overlayfs")
            return $"the snapshotter is \"{options.Snapshotter}\", and only overlayfs maps the ids of images";
        string runtime = options.OciRuntime.Length > 0 ? options.OciRuntime : "runc";
        return MapsIds(runtime) ? null : $"{runtime} mounts nothing with mapped ids: runc does since 1.2, crun since 1.9";
    }

    /// <summary>A user namespace and a network namespace that belongs to it, both pinned.</summary>
    public static void Create(PodUsers users, string network)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(users.Namespace)!);
        IdRange[] range = [new(0, users.First, PodUsers.Count)];
        using UserNamespace made = UserNamespace.Create(PauseProgram.Find(), new(range, range), withNetwork: true, children: null);
        Namespaces.Pin(made.User, users.Namespace);
        Namespaces.Run(made.Network!, Namespaces.BringLoopbackUp);
        Namespaces.Pin(made.Network!, network);
    }

    /// <summary>A root file system whose files are owned by the pod's users. The layers stay as they are.</summary>
    public static IReadOnlyList<SnapshotMount> Map(IReadOnlyList<SnapshotMount> rootfs, PodUsers? users) =>
        users is null ? rootfs : [.. rootfs.Select(mount => Map(mount, users))];

    private static SnapshotMount Map(SnapshotMount mount, PodUsers users)
    {
        // What is written has the pod's ids on disk; so must the directory that it is written to, which is made as its parent layer's.
        if (Option(mount, "upperdir=") is { } upper && Option(mount, "lowerdir=")?.Split(':')[0] is { } below && Files.Status(below) is { } owner)
            Files.Chown(upper, users.First + owner.Uid, users.First + owner.Gid);
        string range = new IdRange(0, users.First, PodUsers.Count).ToString();
        return mount with { Options = [.. mount.Options, $"uidmap={range}", $"gidmap={range}"] };
    }

    private static string? Option(SnapshotMount mount, string key) =>
        mount.Options.FirstOrDefault(o => o.StartsWith(key, StringComparison.Ordinal))?[key.Length..];

    private static bool MapsIds(string runtime)
    {
        try
        {
            ProcessStartInfo start = new(runtime, ["features"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            Task<string> answer = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(s_answerLimit))
            {
                process.Kill();
                return false;
            }
            return RuntimeFeatures.MapsIds(answer.Result);
        }
        catch (Win32Exception)
        {
            return false;   // it is not there
        }
    }
}
