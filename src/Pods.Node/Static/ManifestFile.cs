using Pods.Manifests;

namespace Pods.Node;

/// <summary>One file of the directory as it was read last: its objects, or why it has none.</summary>
internal sealed record ManifestFile(string Path, ManifestObjects? Objects, string? Error)
{
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];
    private const long MaxBytes = 3 << 20;   // the API's limit

    /// <summary>Names that begin with a dot are those of editors and of links being swapped.</summary>
    public static bool IsManifest(string name) => !name.StartsWith('.') && Extensions.Contains(System.IO.Path.GetExtension(name));

    /// <summary>Null: there is no such file any more.</summary>
    public static ManifestFile? Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                return new(path, null, $"{path}: larger than {MaxBytes} bytes");
            byte[] content = File.ReadAllBytes(path);
            return new(path, ManifestReader.ReadAll(content, path), null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is ManifestException or IOException or UnauthorizedAccessException)
        {
            return new(path, null, e.Message);
        }
    }
}
