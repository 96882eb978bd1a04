using System.Text.Json;

namespace Pods.Shim;

/// <summary>Reads what an OCI runtime wrote with --log-format json. Pure but for the file.</summary>
internal static class RuncLog
{
    /// <summary>The last error of the part of the log that one call wrote, which began at <paramref name="start"/>.</summary>
    public static string? LastError(string path, long start)
    {
        try
        {
            using FileStream log = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            log.Position = Math.Min(start, log.Length);
            byte[] text = new byte[log.Length - log.Position];
            log.ReadExactly(text);
            return LastError(text);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public static string? LastError(ReadOnlySpan<byte> log)
    {
        string? last = null;
        foreach (Range line in log.Split((byte)'\n'))
            last = ErrorOf(log[line]) ?? last;
        return last;
    }

    /// <summary>Where the next call's part of the log will begin.</summary>
    public static long End(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    /// <summary>The one place that reads a runtime's prose: runc and crun have no error codes.</summary>
    public static RuncFailure Meaning(string message)
    {
        ReadOnlySpan<string> gone =
        [
            "process already finished", "no such process", "does not exist", "container not found",
            "error opening file `", // crun, of its own status file
        ];
        foreach (string text in gone)
        {
            if (message.Contains(text, StringComparison.OrdinalIgnoreCase))
                return RuncFailure.Gone;
        }
        if (message.Contains("not running", StringComparison.OrdinalIgnoreCase))
            return RuncFailure.NotRunning;
        return message.Contains("already exists", StringComparison.OrdinalIgnoreCase) ? RuncFailure.AlreadyExists : RuncFailure.Other;
    }

    private static string? ErrorOf(ReadOnlySpan<byte> line)
    {
        if (line.Trim(" \r\t"u8).IsEmpty)
            return null;
        string? message = null;
        bool isError = false;
        try
        {
            Utf8JsonReader reader = new(line);
            if (!Json.EnterObject(ref reader))
                return null;
            while (Json.NextProperty(ref reader))
            {
                bool isLevel = reader.ValueTextEquals("level"u8);
                bool isMessage = reader.ValueTextEquals("msg"u8);
                reader.Read();
                if (isLevel)
                    isError = Json.Text(ref reader) is "error" or "fatal";
                else if (isMessage)
                    message = Json.Text(ref reader);
                else
                    reader.Skip();
            }
        }
        catch (JsonException)
        {
            // A runtime that died in the middle of a line.
            return null;
        }
        return isError ? message?.Trim() : null;
    }
}
