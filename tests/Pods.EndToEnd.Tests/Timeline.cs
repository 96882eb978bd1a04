using System.Globalization;

namespace Pods.EndToEnd.Tests;

/// <summary>What the containers of a pod write down, line by line and with the machine's time, in one file that all of them mount.</summary>
public sealed class Timeline
{
    private readonly string _directory;

    public Timeline(PodsDaemon podsd)
    {
        _directory = podsd.File("timeline");
        Directory.CreateDirectory(_directory);
    }

    /// <summary>/proc/uptime counts hundredths, and both ends are cut off.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    /// <summary>On the clock of the containers.</summary>
    public static TimeSpan Now => TimeSpan.FromSeconds(
        double.Parse(System.IO.File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture));

    /// <summary>A file that the containers see as /t/NAME.</summary>
    public string File(string name) => Path.Combine(_directory, name);

    /// <summary>Of a pod's spec.</summary>
    public string Volume => $"volumes: [{{name: t, hostPath: {{path: {_directory}}}}}]";

    public const string Mount = "volumeMounts: [{name: t, mountPath: /t}]";

    /// <summary>Shell that notes a word: one write in append mode, so that the order of the lines is the order of the events.</summary>
    public static string Note(string word) => $"read t x < /proc/uptime; echo $t {word} >> /t/events";

    /// <summary>Notes that it has begun, runs until SIGTERM, notes that too and ends.</summary>
    public static string Service(string name) => $"trap '{Note(name + "-term")}; exit 0' TERM; {Note(name)}; while true; do sleep 1 & wait $!; done";

    public IReadOnlyList<(TimeSpan At, string Word)> Events => !System.IO.File.Exists(File("events")) ? [] :
    [
        .. System.IO.File.ReadAllLines(File("events")).Select(line => line.Split(' '))
            .Where(words => words.Length == 2)
            .Select(words => (TimeSpan.FromSeconds(double.Parse(words[0], CultureInfo.InvariantCulture)), words[1])),
    ];

    public IEnumerable<string> Words => Events.Select(e => e.Word);

    /// <summary>When it was first noted.</summary>
    public TimeSpan At(string word) => Events.First(e => e.Word == word).At;

    public bool Has(string word) => Words.Contains(word);

    /// <summary>Each of these was noted, and the first time of each lies before that of the next.</summary>
    public void ExpectOrder(params string[] words)
    {
        string[] first = [.. Words.Distinct().Where(words.Contains)];
        Assert.Equal(words, first);
    }
}
