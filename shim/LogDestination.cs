using System.Globalization;

namespace Pods.Shim;

/// <summary>What a pods-log:// address asks for: a log that the shim itself writes and rotates.</summary>
internal sealed record LogDestination(string Path, long MaxBytes, int MaxFiles)
{
    /// <summary>Where onlookers put their fifos, for a container that somebody may attach to.</summary>
    public string? TapDirectory { get; init; }

    public const string Scheme = "pods-log://";

    // kubelet's defaults, containerLogMaxSize and containerLogMaxFiles.
    private const long UsualBytes = 10 * 1024 * 1024;
    private const int UsualFiles = 5;

    /// <summary>Reads pods-log:///absolute/path?max-size=BYTES&amp;max-files=COUNT&amp;tap=/directory.</summary>
    public static LogDestination Parse(string address)
    {
        string[] parts = address[Scheme.Length..].Split('?', 2);
        string path = Uri.UnescapeDataString(parts[0]);
        if (!path.StartsWith('/')) throw new ArgumentException($"log address \"{address}\": the path is not absolute");
        var destination = new LogDestination(path, UsualBytes, UsualFiles);
        foreach (string setting in parts.Length < 2 ? [] : parts[1].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = setting.Split('=', 2);
            if (pair is ["tap", ['%' or '/', ..] tap])
            {
                destination = destination with { TapDirectory = Uri.UnescapeDataString(tap) };
                continue;
            }
            if (pair.Length != 2 || !long.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out long value) || value == 0)
                throw new ArgumentException($"log address \"{address}\": {setting} is not a number above zero");
            destination = pair[0] switch
            {
                "max-size" => destination with { MaxBytes = value },
                "max-files" => destination with { MaxFiles = (int)Math.Min(value, int.MaxValue) },
                _ => throw new ArgumentException($"log address \"{address}\": unknown setting {pair[0]}"),
            };
        }
        return destination;
    }
}
