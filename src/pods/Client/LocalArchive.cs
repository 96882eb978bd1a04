using System.Formats.Tar;
using Pods.Linux;

namespace Pods.Cli.Client;

/// <summary>
/// Writes what comes from a container to this machine. Its names and links are the container's: nothing is written outside the
/// directory, and links are made last, so that nothing is written through one.
/// </summary>
internal static class LocalArchive
{
    /// <param name="archive">A tar stream of one file or one directory.</param>
    /// <param name="directory">Where it goes.</param>
    /// <param name="rename">The name that it gets there; null: its own.</param>
    /// <param name="cancel">The user has gone.</param>
    public static async Task ExtractAsync(Stream archive, string directory, string? rename, CancellationToken cancel)
    {
        List<(string Path, string Target)> links = [];
        bool isEmpty = true;
        await using TarReader reader = new(archive);
        while (await NextAsync(reader, cancel) is { } entry)
        {
            isEmpty = false;
            string path = Rename(entry.Name.TrimEnd('/'), rename);
            if (path.Split('/').Any(part => part is "" or ".." or "."))
                throw new CliException($"error: the archive names \"{entry.Name}\", which is no path below the target");
            if (entry.EntryType == TarEntryType.Directory)
                Make(directory, path);
            else if (entry.EntryType == TarEntryType.SymbolicLink)
                links.Add((path, entry.LinkName));
            else if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                await WriteAsync(directory, path, entry, cancel);
        }
        foreach (var (path, target) in links)
        {
            using FileDescriptor parent = Make(directory, Path.GetDirectoryName(path)!);
            string place = $"{RootedPath.Handle(parent)}/{Path.GetFileName(path)}";
            File.Delete(place);
            File.CreateSymbolicLink(place, target);
        }
        if (isEmpty)
            throw new CliException("error: the copy broke off: see podsd's log");
    }

    private static async Task<TarEntry?> NextAsync(TarReader reader, CancellationToken cancel)
    {
        try
        {
            return await reader.GetNextEntryAsync(copyData: false, cancel);
        }
        catch (Exception e) when (e is EndOfStreamException or HttpIOException)
        {
            throw new CliException("error: the copy broke off: what is there is not all");
        }
    }

    private static string Rename(string name, string? rename)
    {
        if (rename is null)
            return name;
        int slash = name.IndexOf('/');
        return slash < 0 ? rename : rename + name[slash..];
    }

    private static async Task WriteAsync(string directory, string path, TarEntry entry, CancellationToken cancel)
    {
        using FileDescriptor parent = Make(directory, Path.GetDirectoryName(path)!);
        string place = $"{RootedPath.Handle(parent)}/{Path.GetFileName(path)}";
        // A link in its place, of an earlier copy say, is replaced and not written through.
        if (new FileInfo(place).LinkTarget is not null)
            File.Delete(place);
        await using (FileStream output = new(place, FileMode.Create, FileAccess.Write))
            if (entry.DataStream is { } content)
                await content.CopyToAsync(output, cancel);
        File.SetUnixFileMode(place, entry.Mode & (UnixFileMode)0b111_111_111);
    }

    private static FileDescriptor Make(string directory, string path)
    {
        try
        {
            return RootedPath.OpenOrMake(directory, path.Length == 0 ? "." : path);
        }
        catch (LinuxException e)
        {
            throw new CliException($"error: \"{Path.Combine(directory, path)}\": {e.Message}");
        }
    }
}
