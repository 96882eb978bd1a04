namespace Pods.Linux;

/// <summary>Our own small program that is there for namespaces: installed with the others; where they were only built, beside them.</summary>
public static class PauseProgram
{
    public static string Find()
    {
        string ours = Path.GetDirectoryName(Environment.ProcessPath)!;
        string[] places = [Path.Combine(ours, "../lib/pods/pause"), Path.Combine(ours, "pause"), "/usr/lib/pods/pause"];
        return places.FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"the program pause is not in {string.Join(", ", places.Select(Path.GetFullPath))}");
    }
}
