namespace Pods.Shim;

/// <summary>The directory that containerd makes for a container, and the names of the files in it.</summary>
internal sealed record Bundle(string Directory)
{
    public string Config => Path.Combine(Directory, "config.json");
    public string Rootfs => Path.Combine(Directory, "rootfs");
    public string AddressFile => Path.Combine(Directory, "address");
    public string RuntimeFile => Path.Combine(Directory, "runtime");
    public string OptionsFile => Path.Combine(Directory, "options.json");
    public string RuncLog => Path.Combine(Directory, "log.json");
    public string InitPidFile => Path.Combine(Directory, "init.pid");

    /// <summary>containerd's directory for what is kept as long as the container, outside memory.</summary>
    public string Work => Path.Combine(Directory, "work");

    /// <summary>What CRIU said when a checkpoint failed.</summary>
    public string DumpLog => Path.Combine(Directory, "criu-dump.log");

    public string ShimLog => Path.Combine(Directory, "log");

    /// <summary>A link to the directory of the group's socket, where it is not containerd's usual one.</summary>
    public string Sockets => Path.Combine(Directory, "s");

    /// <summary>In the bundle of a sandbox that is no container: what its containers see at /dev/shm.</summary>
    public string SharedMemory => Path.Combine(Directory, "shm");

    public string SandboxFile(string name) => Path.Combine(Directory, name);

    public string ExecPidFile(string execId) => Path.Combine(Directory, execId + ".pid");
    public string ExecSpec(string execId) => Path.Combine(Directory, execId + ".process.json");
    public string ExecLog(string execId) => Path.Combine(Directory, execId + ".log.json");

    /// <summary>A log that some call of the OCI runtime for this container was given: its own, or one of an exec.</summary>
    public bool IsRuncLog(string path) => path == RuncLog
        || (Path.GetDirectoryName(path) == Directory && path.EndsWith(".log.json", StringComparison.Ordinal));

    /// <summary>Lets a later `delete`, which is told nothing of it, find the group's socket.</summary>
    public void PointToSockets(string directory)
    {
        if (directory != GroupAddress.Directory && !File.Exists(Sockets))
            File.CreateSymbolicLink(Sockets, directory);
    }

    /// <summary>Where the group's socket is; anything elsewhere is not ours to remove.</summary>
    public string SocketDirectory() => new FileInfo(Sockets).LinkTarget ?? GroupAddress.Directory;

    /// <summary>The last line that CRIU wrote, if it wrote any; the whole of it stays in <see cref="DumpLog"/>.</summary>
    public string? KeepDumpLog(string log)
    {
        try
        {
            File.Copy(log, DumpLog, overwrite: true);
            return File.ReadLines(DumpLog).LastOrDefault(line => line.Trim().Length > 0)?.Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Replaces a file at once: containerd or a later shim may read it at any moment.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        string temporary = path + ".new";
        FileStreamOptions options = new()
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
            BufferSize = 0,
        };
        using (FileStream file = new(temporary, options))
            file.Write(content);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>The pid in a file that the OCI runtime wrote; null when it is missing or holds anything else.</summary>
    public static int? ReadPid(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(path).AsSpan().Trim(), out int pid) && pid > 0 ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
