using System.Globalization;

namespace Pods.Manifests;

/// <summary>Numbers of cpus as the kernel writes them: "0-3,8".</summary>
public static class CpuList
{
    private const int Most = 8192;   // the kernel's own bound is NR_CPUS, 8192 where it is largest

    /// <returns>In order, each once; null where the text is none.</returns>
    public static IReadOnlyList<int>? TryParse(string text)
    {
        SortedSet<int> found = [];
        foreach (string part in text.Trim().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !TryNumber(ends[0], out int first) || !TryNumber(ends[^1], out int last) || last < first)
                return null;
            for (int cpu = first; cpu <= last; cpu++)
                found.Add(cpu);
        }
        return [.. found];
    }

    public static string Format(IEnumerable<int> cpus)
    {
        List<(int First, int Last)> ranges = [];
        foreach (int cpu in cpus.Distinct().Order())
            if (ranges.Count > 0 && ranges[^1].Last == cpu - 1)
                ranges[^1] = (ranges[^1].First, cpu);
            else
                ranges.Add((cpu, cpu));
        return string.Join(',', ranges.Select(r => r.First == r.Last ? $"{r.First}" : $"{r.First}-{r.Last}"));
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < Most;
}
