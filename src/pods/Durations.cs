using System.Globalization;

namespace Pods.Cli;

/// <summary>Durations as Go programs take them: 30s, 5m, 1h30m, 500ms; a bare number is seconds.</summary>
internal static class Durations
{
    public static TimeSpan Parse(string text)
    {
        if (double.TryParse(text, CultureInfo.InvariantCulture, out double seconds))
            return TimeSpan.FromSeconds(seconds);
        TimeSpan total = TimeSpan.Zero;
        for (int at = 0; at < text.Length;)
        {
            int digits = at;
            while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
                digits++;
            int end = digits;
            while (end < text.Length && char.IsAsciiLetter(text[end]))
                end++;
            if (digits == at || Unit(text[digits..end]) is not { } unit)
                throw new CliException($"error: invalid duration \"{text}\": expected a number and a unit, such as 30s, 5m or 1h", CliException.Usage);
            total += unit * double.Parse(text.AsSpan(at, digits - at), CultureInfo.InvariantCulture);
            at = end;
        }
        return total;
    }

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
