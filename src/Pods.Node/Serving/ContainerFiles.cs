using System.Formats.Tar;
using Pods.Containerd;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// Files of a running container, read and written from outside as a tar stream: the image needs no tar. Every path is looked up as the
/// container would, below its root and across its mounts, so that no link of the container's leads out of it.
/// </summary>
public sealed class ContainerFiles : IDisposable
{
    private const UnixFileMode Directories = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly FileDescriptor _root;
    private readonly (uint User, uint Group) _owner;

    private ContainerFiles(FileDescriptor root, (uint, uint) owner) => (_root, _owner) = (root, owner);

    /// <exception cref="NodeException">No such container, or it does not run.</exception>
    public static async Task<ContainerFiles> OpenAsync(NodeServices node, StoredPod stored, string? container, CancellationToken cancel)
    {
        string name = ContainerChoice.Of(stored.Pod, container);
        if (stored.Memory.Run(name) is not { Phase: RunPhase.Running } run)
            throw NodeException.BadRequest($"container \"{name}\" of pod \"{stored.Pod.Metadata!.Name}\" is not running");
        FileDescriptor root = FileDescriptor.Open($"/proc/{run.Pid}/root", OpenFlags.PathOnly | OpenFlags.Directory);
        (uint, uint) owner = OwnerOf(run.Pid);
        // Asked after it was opened: the number could have gone to another process, and its root to us.
        if (await node.Containerd.Tasks.FindAsync(run.Id, "", cancel) is { Status: ProcessStatus.Running or ProcessStatus.Paused })
            return new(root, owner);
        root.Dispose();
        throw NodeException.BadRequest($"container \"{name}\" of pod \"{stored.Pod.Metadata!.Name}\" is not running");
    }

    /// <summary>Whether it is a directory; null: there is nothing.</summary>
    public bool? IsDirectory(string path)
    {
        try
        {
            using FileDescriptor found = RootedPath.Open(Root, path, OpenFlags.PathOnly);
            return Files.StatusOf(found).Kind == FileKind.Directory;
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return null;
        }
    }

    /// <summary>A file, or a directory with all that is in it, under the last name of the path. Devices and sockets are left out.</summary>
    /// <exception cref="LinuxException">It cannot be read.</exception>
    public async Task ReadAsync(string path, Stream output, CancellationToken cancel)
    {
        using FileDescriptor found = RootedPath.Open(Root, path, OpenFlags.PathOnly);
        await using TarWriter archive = new(output, TarEntryFormat.Pax, leaveOpen: true);
        string name = Path.GetFileName(path.TrimEnd('/'));
        await AddAsync(archive, found, name is "" or "." or ".." ? "." : name, cancel);
    }

    /// <summary>What is in a tar stream, below a directory that is made where it is missing.</summary>
    /// <exception cref="LinuxException">It cannot be written.</exception>
    public async Task WriteAsync(string directory, Stream input, CancellationToken cancel)
    {
        await using TarReader archive = new(input, leaveOpen: true);
        Make(directory);
        while (await archive.GetNextEntryAsync(copyData: false, cancel) is { } entry)
            await WriteAsync(directory, entry, cancel);
    }

    public void Dispose() => _root.Dispose();

    private string Root => RootedPath.Handle(_root);

    private async Task AddAsync(TarWriter archive, FileDescriptor found, string name, CancellationToken cancel)
    {
        FileStatus status = Files.StatusOf(found);
        switch (status.Kind)
        {
            case FileKind.Directory:
                await archive.WriteEntryAsync(Entry(TarEntryType.Directory, name + "/", status), cancel);
                foreach (string child in Directory.GetFileSystemEntries(RootedPath.Handle(found)).Select(p => Path.GetFileName(p)))
                    await AddChildAsync(archive, found, child, $"{name}/{child}", cancel);
                break;
            case FileKind.Regular:
                PaxTarEntry file = Entry(TarEntryType.RegularFile, name, status);
                const FileShare others = FileShare.ReadWrite | FileShare.Delete;
                await using (FileStream content = new(RootedPath.Handle(found), FileMode.Open, FileAccess.Read, others))
                {
                    file.DataStream = content;
                    await archive.WriteEntryAsync(file, cancel);
                }
                break;
        }
    }

    private async Task AddChildAsync(TarWriter archive, FileDescriptor parent, string child, string name, CancellationToken cancel)
    {
        try
        {
            string directory = RootedPath.Handle(parent);
            if (new FileInfo($"{directory}/{child}").LinkTarget is { } target)
            {
                PaxTarEntry link = new(TarEntryType.SymbolicLink, name) { LinkName = target };
                await archive.WriteEntryAsync(link, cancel);
                return;
            }
            using FileDescriptor found = RootedPath.OpenBeneath(directory, child, OpenFlags.PathOnly | OpenFlags.NoFollow);
            await AddAsync(archive, found, name, cancel);
        }
        catch (Exception e) when (e is LinuxException { Errno: Errno.ENOENT } or FileNotFoundException)
        {
            // Deleted while we looked.
        }
    }

    private async Task WriteAsync(string directory, TarEntry entry, CancellationToken cancel)
    {
        string path = $"{directory.TrimEnd('/')}/{entry.Name}".TrimEnd('/');
        if (entry.EntryType is TarEntryType.Directory)
        {
            Make(path);
            return;
        }
        string parent = Path.GetDirectoryName(path)!, name = Path.GetFileName(path);
        if (name is "" or "." or "..")
            throw NodeException.BadRequest($"archive: \"{entry.Name}\" is no name of a file");
        Make(parent);
        using FileDescriptor above = RootedPath.Open(Root, parent, OpenFlags.PathOnly | OpenFlags.Directory);
        string place = $"{RootedPath.Handle(above)}/{name}";
        if (entry.EntryType is TarEntryType.SymbolicLink)
        {
            File.Delete(place);
            File.CreateSymbolicLink(place, entry.LinkName);
            Files.ChownLink(place, _owner.User, _owner.Group);
        }
        else if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
        {
            await WriteFileAsync(above, name, entry, cancel);
        }
    }

    /// <summary>What is made is private until it is whole.</summary>
    private async Task WriteFileAsync(FileDescriptor above, string name, TarEntry entry, CancellationToken cancel)
    {
        using FileDescriptor file = OpenToWrite(above, name);
        await using (FileStream output = new(RootedPath.Handle(file), FileMode.Truncate, FileAccess.Write))
            if (entry.DataStream is { } content)
                await content.CopyToAsync(output, cancel);
        File.SetUnixFileMode(RootedPath.Handle(file), entry.Mode & (UnixFileMode)0b111_111_111);
        Files.Chown(RootedPath.Handle(file), _owner.User, _owner.Group);
    }

    private static FileDescriptor OpenToWrite(FileDescriptor above, string name)
    {
        string directory = RootedPath.Handle(above);
        // A link in the place of the file is replaced, as tar does.
        if (new FileInfo($"{directory}/{name}").LinkTarget is not null)
            File.Delete($"{directory}/{name}");
        // Without waiting: a fifo that nobody reads would hold us for ever.
        FileDescriptor file = RootedPath.OpenBeneath(
            directory, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.NoFollow | OpenFlags.NonBlocking, mode: 0b110_000_000);
        if (Files.StatusOf(file).Kind == FileKind.Regular)
            return file;
        file.Dispose();
        throw NodeException.BadRequest($"\"{name}\" is there and is no regular file");
    }

    /// <summary>The directories of a path, each in the one before it, owned by whom the container runs as.</summary>
    private void Make(string path)
    {
        string below = "/";
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(n => n != "."))
        {
            if (name == "..")
                throw NodeException.BadRequest($"path \"{path}\": must not contain \"..\"");
            string next = $"{below.TrimEnd('/')}/{name}";
            if (IsDirectory(next) is null)
            {
                using FileDescriptor parent = RootedPath.Open(Root, below, OpenFlags.PathOnly | OpenFlags.Directory);
                string place = $"{RootedPath.Handle(parent)}/{name}";
                Directory.CreateDirectory(place, Directories);
                Files.ChownLink(place, _owner.User, _owner.Group);
            }
            below = next;
        }
    }

    private static PaxTarEntry Entry(TarEntryType type, string name, FileStatus status) => new(type, name)
    {
        Mode = (UnixFileMode)(status.Mode & 0b111_111_111),
        Uid = (int)status.Uid,
        Gid = (int)status.Gid,
    };

    private static (uint, uint) OwnerOf(int pid)
    {
        string[] lines = File.ReadAllLines($"/proc/{pid}/status");
        return (Effective("Uid:"), Effective("Gid:"));

        uint Effective(string field) =>
            uint.Parse(lines.First(l => l.StartsWith(field, StringComparison.Ordinal)).Split('\t', StringSplitOptions.RemoveEmptyEntries)[2]);
    }
}
