using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>One file of the directory as it was read last: its objects, or why it has none.</summary>
internal sealed record ManifestFile(string Path, ManifestObjects? Objects, string? Error)
{
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];
    private const long MaxBytes = 3 << 20;   // the API's limit

    /// <summary>Names that begin with a dot are those of editors and of links being swapped.</summary>
    public static bool IsManifest(string name) => !name.StartsWith('.') && Extensions.Contains(System.IO.Path.GetExtension(name));

    /// <summary>Somebody has it open for writing: what it says, and whether that is right, is known later.</summary>
    public bool IsUnfinished { get; private init; }

    /// <summary>Null: there is no such file any more.</summary>
    public static ManifestFile? Read(string path)
    {
        try
        {
            // Not blocking: a fifo of that name must not hold up the others.
            using FileDescriptor file = FileDescriptor.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
            FileStatus status = Files.StatusOf(file);
            if (status.Kind != FileKind.Regular)
                return new(path, null, $"{path}: not a regular file");
            if (status.Size > MaxBytes)
                return new(path, null, $"{path}: larger than {MaxBytes} bytes");
            if (!file.TryKeepWritersOut())
                return new(path, null, $"{path}: it is still being written") { IsUnfinished = true };
            return new(path, ManifestReader.ReadAll(ReadAll(file), path), null);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
        catch (Exception e) when (e is ManifestException or IOException)
        {
            return new(path, null, e.Message);
        }
    }

    private static byte[] ReadAll(FileDescriptor file)
    {
        using MemoryStream content = new();
        Span<byte> buffer = stackalloc byte[4096];
        while (file.TryRead(buffer, out int count) && count > 0)
            content.Write(buffer[..count]);
        return content.ToArray();
    }
}
