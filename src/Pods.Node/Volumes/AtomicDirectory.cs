using System.Globalization;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// A directory whose files change all at once, in Kubernetes' layout: each name is a link to <c>..data/name</c>, and
/// <c>..data</c> is a link to the directory of the current content. A reader that has <c>..data</c> open sees one content, never two.
/// </summary>
internal static class AtomicDirectory
{
    private const string Data = "..data";
    private const int Traversable = 0b111_101_101;

    /// <summary>Answers whether anything changed. Begun again after a crash at any point it ends the same.</summary>
    /// <param name="prepare">Called with the path of the new content before anybody sees it.</param>
    public static bool Write(string directory, IReadOnlyList<VolumeFile> files, DateTimeOffset now, Action<string> prepare)
    {
        string link = Path.Combine(directory, Data);
        string? current = new FileInfo(link).LinkTarget;
        bool isNew = current is null || !Holds(Path.Combine(directory, current), files);
        if (isNew)
        {
            current = $"..{now.UtcDateTime.ToString("yyyy_MM_dd_HH_mm_ss", CultureInfo.InvariantCulture)}.{Random.Shared.Next():x8}";
            WriteFiles(Path.Combine(directory, current), files, prepare);
            string temporary = link + "_tmp";
            File.Delete(temporary);
            File.CreateSymbolicLink(temporary, current);
            Files.Rename(temporary, link);
        }
        string[] names = [.. files.Select(file => file.Path.Split('/')[0]).Distinct()];
        foreach (string name in names.Where(name => new FileInfo(Path.Combine(directory, name)).LinkTarget is null))
            File.CreateSymbolicLink(Path.Combine(directory, name), $"{Data}/{name}");
        RemoveOthers(directory, [.. names, Data, current!]);
        return isNew;
    }

    private static bool Holds(string directory, IReadOnlyList<VolumeFile> files) =>
        Directory.Exists(directory)
        && Directory.GetFiles(directory, "*", SearchOption.AllDirectories).Length == files.Count
        && files.All(file => Path.Combine(directory, file.Path) is var path && Files.Status(path) is { } status
            && (status.Mode & file.Mode) == file.Mode && File.ReadAllBytes(path).AsSpan().SequenceEqual(file.Content));

    private static void WriteFiles(string directory, IReadOnlyList<VolumeFile> files, Action<string> prepare)
    {
        try
        {
            WriteFiles(directory, files);
            prepare(directory);
        }
        catch
        {
            // A full disk must not fill up further with each try.
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    private static void WriteFiles(string directory, IReadOnlyList<VolumeFile> files)
    {
        Directory.CreateDirectory(directory);
        Files.Chmod(directory, Traversable);
        foreach (VolumeFile file in files)
        {
            string path = Path.Combine(directory, file.Path);
            string parent = directory;
            foreach (string part in file.Path.Split('/')[..^1])
            {
                parent = Path.Combine(parent, part);
                Directory.CreateDirectory(parent);
                Files.Chmod(parent, Traversable);
            }
            File.WriteAllBytes(path, file.Content);
            Files.Chmod(path, file.Mode);
        }
    }

    private static void RemoveOthers(string directory, HashSet<string> kept)
    {
        foreach (string entry in Directory.GetFileSystemEntries(directory).Where(entry => !kept.Contains(Path.GetFileName(entry))))
            if (Files.Status(entry)?.Kind == FileKind.Directory)
                Directory.Delete(entry, recursive: true);
            else
                File.Delete(entry);
    }
}
