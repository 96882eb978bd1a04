using System.Text.Json;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>The events on disk: a line of JSON is appended for each; when most lines are out of date the file is written anew.</summary>
internal sealed class EventFile(string path, Action<string> log)
{
    // Some 600 bytes each: the file stays below 5 MB.
    private const int MostLines = 4 * EventLog.KeptInAll;

    private int _lines;
    private bool _isEndKnown;
    private bool _hasFailed;

    /// <summary>What is there; a line that a crash cut is left out.</summary>
    public IReadOnlyList<ObjectEvent> Read()
    {
        List<ObjectEvent> found = [];
        if (!File.Exists(path))
            return found;
        foreach (string line in File.ReadLines(path))
        {
            _lines++;
            try
            {
                if (JsonSerializer.Deserialize(line, NodeJson.Default.ObjectEvent) is { Metadata.Name: not null, InvolvedObject: not null } whole)
                    found.Add(whole);
            }
            catch (JsonException)
            {
                // Cut by a crash: the next begins on a line of its own.
            }
        }
        return found;
    }

    /// <summary>A disk that is full must not stop a pod: the event is kept in memory then.</summary>
    public void Append(ObjectEvent happened, IEnumerable<ObjectEvent> all)
    {
        try
        {
            if (_lines >= MostLines)
                Rewrite(all);
            else
                // What a crash or a full disk cut off must not take the next one with it.
                File.AppendAllText(path, (_isEndKnown ? "" : "\n") + Line(happened));
            _lines++;
            (_isEndKnown, _hasFailed) = (true, false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_hasFailed)
                log($"events: {e.Message}; they are kept in memory until they can be written");
            (_isEndKnown, _hasFailed) = (false, true);
        }
    }

    private void Rewrite(IEnumerable<ObjectEvent> all)
    {
        string temporary = path + Files.Unfinished;
        string[] lines = [.. all.Select(Line)];
        File.WriteAllText(temporary, string.Concat(lines));
        File.Move(temporary, path, overwrite: true);
        _lines = lines.Length;
    }

    private static string Line(ObjectEvent happened) => JsonSerializer.Serialize(happened, NodeJson.Default.ObjectEvent) + "\n";
}
