namespace Pods.Linux;

/// <summary>
/// A new user namespace, on demand with a network namespace that belongs to it, open for as long as this is not disposed of. The
/// kernel lets only a process with a single thread make one, so the program pause does, and goes as soon as both are open here.
/// </summary>
public sealed class UserNamespace : IDisposable
{
    private UserNamespace(FileDescriptor user, FileDescriptor? network) => (User, Network) = (user, network);

    public FileDescriptor User { get; }

    public FileDescriptor? Network { get; }

    /// <param name="program">Where pause is, see <see cref="PauseProgram"/>.</param>
    /// <param name="mapping">Who is who in it.</param>
    /// <param name="withNetwork">Whether it has a network namespace of its own.</param>
    /// <param name="children">Who reaps in this process; null: nobody else does.</param>
    public static UserNamespace Create(string program, IdMapping mapping, bool withNetwork, Children? children)
    {
        using Pipe ready = Pipe.Create(), life = Pipe.Create();
        SpawnRequest pause = new()
        {
            File = program,
            Arguments = ["pause", withNetwork ? "-n" : "-u"],
            Environment = new Dictionary<string, string>(),
            Descriptors = new Dictionary<int, FileDescriptor> { [0] = life.Read, [1] = ready.Write },
        };
        int pid = children is null ? Spawn.Start(pause) : children.Spawn(pause).Pid;
        try
        {
            ready.Write.Dispose();
            ExpectReady(ready.Read);
            Map(pid, "uid_map", mapping.Uids);
            Map(pid, "gid_map", mapping.Gids);
            FileDescriptor user = Namespaces.Open(pid, "user");
            return new(user, withNetwork ? Namespaces.Open(pid, "net") : null);
        }
        finally
        {
            // It ends with its input, as it would if this process were killed now.
            life.Write.Dispose();
            if (children is null) Spawn.Await(pid);
        }
    }

    public void Dispose()
    {
        User.Dispose();
        Network?.Dispose();
    }

    private static void ExpectReady(FileDescriptor told)
    {
        byte[] errno = new byte[1];
        if (!told.TryRead(errno, out int count) || count == 0) throw new IOException("pause has ended before it made a user namespace");
        if (errno[0] != 0) throw new LinuxException("unshare", errno[0], "user");
    }

    // The kernel takes the whole map in one write, and only once.
    private static void Map(int pid, string file, IReadOnlyList<IdRange> ranges)
    {
        string path = $"/proc/{pid}/{file}", lines = string.Concat(ranges.Select(r => $"{r.Inside} {r.Outside} {r.Count}\n"));
        using FileDescriptor map = FileDescriptor.Open(path, OpenFlags.WriteOnly);
        try
        {
            map.Write(System.Text.Encoding.ASCII.GetBytes(lines));
        }
        catch (LinuxException e)
        {
            throw new LinuxException("write", e.Errno, $"{path} ({string.Join(',', ranges)})");
        }
    }
}
