using System.Text.Json;
using Pods.Linux;

namespace Pods.Network;

/// <summary>The attachments on disk, one file per sandbox, so that a crash between any two steps leaves nothing that cannot be undone.</summary>
internal sealed class AttachmentCache
{
    private const string Extension = ".json";

    private readonly string _directory;

    public AttachmentCache(string directory)
    {
        _directory = directory;
        if (Directory.Exists(directory))
            Files.RemoveUnfinished(directory);
    }

    public IReadOnlyList<string> SandboxIds() => !Directory.Exists(_directory) ? [] :
    [
        .. Directory.EnumerateFiles(_directory, "*" + Extension).Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal),
    ];

    /// <summary>Null when nothing is known of that sandbox.</summary>
    /// <exception cref="CniException">The file is broken.</exception>
    public Attachment? Find(string sandboxId)
    {
        string path = PathOf(sandboxId);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), AttachmentJson.Default.Attachment);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new CniException($"cached network of sandbox {sandboxId}: {path}: {e.Message}", e);
        }
    }

    /// <summary>Before the first plugin runs: a lease may survive a power cut, so must the knowledge of it.</summary>
    public void Save(Attachment attachment)
    {
        Directory.CreateDirectory(_directory);
        Files.WriteDurably(PathOf(attachment.Request.SandboxId), JsonSerializer.SerializeToUtf8Bytes(attachment, AttachmentJson.Default.Attachment));
    }

    /// <summary>Replaced as a whole, but not forced to disk: after a power cut what was saved first undoes everything as well.</summary>
    public void Update(Attachment attachment)
    {
        string path = PathOf(attachment.Request.SandboxId);
        File.WriteAllBytes(path + Files.Unfinished, JsonSerializer.SerializeToUtf8Bytes(attachment, AttachmentJson.Default.Attachment));
        File.Move(path + Files.Unfinished, path, overwrite: true);
    }

    public void Remove(string sandboxId) => File.Delete(PathOf(sandboxId));

    /// <summary>The CNI specification's rule for container ids, which also keeps a name inside the directory.</summary>
    private string PathOf(string sandboxId) =>
        sandboxId.Length > 0 && char.IsAsciiLetterOrDigit(sandboxId[0])
        && sandboxId.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-')
            ? Path.Combine(_directory, sandboxId + Extension)
            : throw new CniException($"sandbox id \"{sandboxId}\": letters, digits, '_', '.' and '-' are possible");
}
