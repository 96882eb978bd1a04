using System.Collections;
using System.Runtime.InteropServices;

namespace Pods.Linux;

/// <summary>
/// Starts programs by posix_spawn, which never runs managed code between fork and exec. For the same reason there is no
/// parent-death signal: only code in the child could ask for it. A runc that outlives its shim is ended by the shim's delete.
/// </summary>
internal static unsafe class Spawn
{
    // glibc's and musl's opaque structures are 336, 80 and 128 bytes.
    private const int OpaqueSize = 512;

    /// <returns>The child's process id. The caller reaps it.</returns>
    internal static int Start(SpawnRequest request)
    {
        byte* actions = stackalloc byte[OpaqueSize];
        byte* attributes = stackalloc byte[OpaqueSize];
        using var strings = new NativeStrings();
        List<FileDescriptor> moved = [];
        _ = LibC.posix_spawn_file_actions_init(actions);
        _ = LibC.posix_spawnattr_init(attributes);
        try
        {
            SetAttributes(attributes, request.Group);
            MapDescriptors(actions, request.Descriptors, moved);
            if (request.WorkingDirectory is { } directory)
                Check(LibC.posix_spawn_file_actions_addchdir_np(actions, directory), directory);

            byte* file = strings.Add(request.File);
            byte** argv = strings.AddAll(request.Arguments);
            byte** envp = strings.AddAll(request.Environment is { } given ? Assignments(given) : OurEnvironment());
            int pid;
            // SAFETY: every pointer lives until the finally; posix_spawnp returns after the child has called exec.
            Check(LibC.posix_spawnp(&pid, file, actions, attributes, argv, envp), request.File);
            return pid;
        }
        finally
        {
            _ = LibC.posix_spawn_file_actions_destroy(actions);
            _ = LibC.posix_spawnattr_destroy(attributes);
            foreach (FileDescriptor descriptor in moved) descriptor.Dispose();
        }
    }

    /// <summary>Of a child that nobody else waits for.</summary>
    internal static void Await(int pid)
    {
        int status;
        // SAFETY: the kernel writes one int. Anything but an interruption means that the child is reaped.
        while (LibC.wait4(pid, &status, 0, null) < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
        {
        }
    }

    private static void SetAttributes(byte* attributes, ProcessGroup group)
    {
        // The runtime ignores SIGPIPE, and an ignored signal stays ignored over exec: a container's `yes | head` would never end.
        byte* signals = stackalloc byte[OpaqueSize];
        // Every bit by hand: sigfillset leaves out the library's own 32 and 33, and posix_spawn then ignores those.
        new Span<byte>(signals, OpaqueSize).Fill(0xff);
        _ = LibC.posix_spawnattr_setsigdefault(attributes, signals);
        _ = LibC.sigemptyset(signals);
        _ = LibC.posix_spawnattr_setsigmask(attributes, signals);
        int flags = LibC.POSIX_SPAWN_SETSIGDEF | LibC.POSIX_SPAWN_SETSIGMASK;
        if (group == ProcessGroup.Own) flags |= LibC.POSIX_SPAWN_SETPGROUP;
        if (group == ProcessGroup.Session) flags |= LibC.POSIX_SPAWN_SETSID;
        _ = LibC.posix_spawnattr_setpgroup(attributes, 0);
        _ = LibC.posix_spawnattr_setflags(attributes, (short)flags);
    }

    private static void MapDescriptors(byte* actions, IReadOnlyDictionary<int, FileDescriptor> wanted, List<FileDescriptor> moved)
    {
        // Sources are first moved above all targets, or one dup2 could overwrite the source of the next.
        int free = Math.Max(2, wanted.Keys.DefaultIfEmpty(2).Max()) + 1;
        foreach ((int target, FileDescriptor source) in wanted)
        {
            FileDescriptor safe = source.Duplicate(free);
            moved.Add(safe);
            Check(LibC.posix_spawn_file_actions_adddup2(actions, safe.Number, target), $"fd {target}");
        }
        for (int standard = 0; standard <= 2; standard++)
        {
            if (wanted.ContainsKey(standard)) continue;
            Check(LibC.posix_spawn_file_actions_addopen(actions, standard, "/dev/null", LibC.O_RDWR, 0), "/dev/null");
        }
        // Ours close on exec; whatever our parent left open by mistake ends here, and not in a container.
        Check(LibC.posix_spawn_file_actions_addclosefrom_np(actions, free), "closefrom");
    }

    private static IEnumerable<string> Assignments(IReadOnlyDictionary<string, string> environment) =>
        environment.Select(pair => $"{pair.Key}={pair.Value}");

    private static IEnumerable<string> OurEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(pair => $"{pair.Key}={pair.Value}");

    private static void Check(int errno, string path)
    {
        if (errno != 0) throw new LinuxException("spawn", errno, path);
    }

    // Zero-terminated strings and vectors outside the collector's reach, freed together.
    private sealed class NativeStrings : IDisposable
    {
        private readonly List<nint> _blocks = [];

        internal byte* Add(string text)
        {
            var block = (byte*)Marshal.StringToCoTaskMemUTF8(text);
            _blocks.Add((nint)block);
            return block;
        }

        internal byte** AddAll(IEnumerable<string> texts)
        {
            nint[] items = [.. texts.Select(Address), 0];
            nint vector = Marshal.AllocCoTaskMem(items.Length * sizeof(nint));
            _blocks.Add(vector);
            Marshal.Copy(items, 0, vector, items.Length);
            return (byte**)vector;
        }

        private nint Address(string text) => (nint)Add(text);

        public void Dispose() => _blocks.ForEach(Marshal.FreeCoTaskMem);
    }
}
