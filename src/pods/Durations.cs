using System.Globalization;

namespace Pods.Cli;

/// <summary>Durations as Go programs take them: 30s, 5m, 1h30m, 500ms; a bare number is seconds.</summary>
internal static class Durations
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    /// <exception cref="CliException">It is none, or negative.</exception>
    public static TimeSpan Parse(string text)
    {
        if (double.TryParse(text, CultureInfo.InvariantCulture, out double bare))
            return Of(bare, text);
        double seconds = 0;
        for (int at = 0; at < text.Length;)
        {
            int digits = at;
            while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
                digits++;
            int end = digits;
            while (end < text.Length && char.IsAsciiLetter(text[end]))
                end++;
            if (Unit(text[digits..end]) is not { } unit
                || !double.TryParse(text.AsSpan(at, digits - at), CultureInfo.InvariantCulture, out double number))
                throw Invalid(text);
            seconds += unit.TotalSeconds * number;
            at = end;
        }
        return Of(seconds, text);
    }

    /// <summary>How long something may take: what is longer than a timer can be, seven weeks, is that.</summary>
    /// <exception cref="CliException">It is none, or negative.</exception>
    public static TimeSpan ParseLimit(string text) => Parse(text) is var time && time < LongestTimer ? time : LongestTimer;

    private static TimeSpan Of(double seconds, string text) =>
        seconds >= 0 && seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : throw Invalid(text);

    private static CliException Invalid(string text) =>
        new($"error: invalid duration \"{text}\": expected a number and a unit, such as 30s, 5m or 1h", CliException.Usage);

    /// <summary>As they are taken: 60s, 10m30s.</summary>
    public static string Show(TimeSpan time) => time < TimeSpan.FromSeconds(120)
        ? time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) + "s"
        : $"{(int)time.TotalMinutes}m" + (time.Seconds > 0 ? $"{time.Seconds}s" : "");

    private static TimeSpan? Unit(string unit) => unit switch
    {
        "ms" => TimeSpan.FromMilliseconds(1),
        "s" => TimeSpan.FromSeconds(1),
        "m" => TimeSpan.FromMinutes(1),
        "h" => TimeSpan.FromHours(1),
        "d" => TimeSpan.FromDays(1),
        _ => null,
    };
}
