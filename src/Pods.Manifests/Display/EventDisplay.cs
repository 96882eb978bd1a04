namespace Pods.Manifests;

/// <summary>Events as the rows that kubectl and <c>pods events</c> print.</summary>
public static class EventDisplay
{
    /// <summary>Last seen, type, reason, object, part, source, message, first seen, count, name.</summary>
    public static string[] Cells(ObjectEvent happened, DateTimeOffset now) =>
    [
        LastSeen(happened, now),
        happened.Type ?? "",
        happened.Reason ?? "",
        Object(happened),
        happened.InvolvedObject?.FieldPath ?? "",
        happened.Source is { } source ? $"{source.Component}, {source.Host}" : "",
        (happened.Message ?? "").Trim().Replace('\n', ' '),
        Age.Since(happened.FirstTimestamp, now),
        (happened.Count ?? 1).ToString(),
        happened.Metadata?.Name ?? "",
    ];

    /// <summary>One that repeated says how often, and over how long: <c>3s (x4 over 2m)</c>.</summary>
    public static string LastSeen(ObjectEvent happened, DateTimeOffset now) => happened.Count > 1
        ? $"{Age.Since(happened.LastTimestamp, now)} (x{happened.Count} over {Age.Since(happened.FirstTimestamp, now)})"
        : Age.Since(happened.LastTimestamp, now);

    public static string Object(ObjectEvent happened) =>
        $"{happened.InvolvedObject?.Kind?.ToLowerInvariant()}/{happened.InvolvedObject?.Name}";
}
