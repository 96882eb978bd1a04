using Pods.Manifests;

namespace Pods.Cli;

/// <summary>The objects that <c>-f</c> names: of files, of the manifests in a directory, or of standard input.</summary>
internal static class ManifestFiles
{
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    /// <exception cref="CliException">With every mistake of every file.</exception>
    public static ManifestObjects Read(IReadOnlyList<string> paths)
    {
        List<Pod> pods = [];
        List<SupportingObject> supporting = [];
        List<ManifestWarning> warnings = [];
        List<Workload> workloads = [];
        List<string> errors = [];
        foreach (string path in paths.SelectMany(Expand))
        {
            try
            {
                ManifestObjects found = ManifestReader.ReadAll(Load(path), path == "-" ? "standard input" : path);
                pods.AddRange(found.Pods);
                supporting.AddRange(found.Supporting);
                warnings.AddRange(found.Warnings);
                workloads.AddRange(found.Workloads);
            }
            catch (ManifestException e)
            {
                errors.Add(e.Message);
            }
        }
        if (errors.Count > 0)
            throw new CliException(string.Join('\n', errors));
        return pods.Count + supporting.Count + workloads.Count > 0 ? new(pods, supporting, workloads) { Warnings = warnings }
            : throw new CliException("error: no objects passed to apply");
    }

    /// <summary>What becomes of every field of every file; a file that cannot be read is a failure of its own.</summary>
    public static IReadOnlyList<FieldFinding> Check(IReadOnlyList<string> paths) =>
        [.. paths.SelectMany(Expand).SelectMany(path => ManifestCheck.Check(Load(path), path == "-" ? "standard input" : path))];

    private static IEnumerable<string> Expand(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path).Where(f => Extensions.Contains(Path.GetExtension(f))).Order(StringComparer.Ordinal)
        : [path];

    private static byte[] Load(string path)
    {
        try
        {
            if (path != "-")
                return File.ReadAllBytes(path);
            using MemoryStream content = new();
            using Stream input = Console.OpenStandardInput();
            input.CopyTo(content);
            return content.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"error: cannot read \"{path}\": {e.Message}");
        }
    }
}
