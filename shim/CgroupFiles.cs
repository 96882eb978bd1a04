using System.Globalization;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>The formats in which the kernel writes a cgroup's figures. A file that is not there has the figures 0.</summary>
internal static class CgroupFiles
{
    /// <summary>A single number; "max" is the largest there is.</summary>
    public static ulong Number(this Cgroup cgroup, string controller, string file) => ParseNumber(cgroup.TryRead(controller, file));

    public static ulong[] Numbers(this Cgroup cgroup, string controller, string file) =>
        [.. (cgroup.TryRead(controller, file) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ParseNumber)];

    /// <summary>Lines of a name and a number.</summary>
    public static Figures Table(this Cgroup cgroup, string controller, string file) =>
        new(Lines(cgroup, controller, file).Select(line => line.Split(' ')).Where(pair => pair.Length == 2));

    /// <summary>Lines of a device and name=number pairs, as of io.stat and rdma.current.</summary>
    public static IEnumerable<(string Device, Figures Figures)> Devices(this Cgroup cgroup, string controller, string file) =>
        Lines(cgroup, controller, file).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(words => (words[0], new Figures(words.Skip(1).Select(word => word.Split('=')).Where(pair => pair.Length == 2))));

    public static string[] Lines(this Cgroup cgroup, string controller, string file) =>
        (cgroup.TryRead(controller, file) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The page sizes that a cgroup has files of, such as 2MB of hugetlb.2MB.current.</summary>
    public static IEnumerable<string> HugePageSizes(this Cgroup cgroup, string suffix)
    {
        if (cgroup.Directory("hugetlb") is not { } directory || !Directory.Exists(directory)) return [];
        return Directory.EnumerateFiles(directory, "hugetlb.*" + suffix).Select(path => Path.GetFileName(path).Split('.')[1])
            .Where(size => size.Length > 0 && char.IsAsciiDigit(size[0])).Distinct().Order(StringComparer.Ordinal);
    }

    public static (ulong Major, ulong Minor) DeviceNumber(string text)
    {
        string[] numbers = text.Split(':');
        return numbers.Length == 2 ? (ParseNumber(numbers[0]), ParseNumber(numbers[1])) : (0, 0);
    }

    public static ulong ParseNumber(string? text)
    {
        if (text == "max") return ulong.MaxValue;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : 0;
    }

    /// <summary>Named numbers; a name that is not there has 0.</summary>
    internal sealed class Figures(IEnumerable<string[]> pairs)
    {
        private readonly Dictionary<string, ulong> _byName = Collect(pairs);

        public ulong this[string name] => _byName.GetValueOrDefault(name);

        private static Dictionary<string, ulong> Collect(IEnumerable<string[]> pairs)
        {
            Dictionary<string, ulong> byName = [];
            foreach (string[] pair in pairs) byName[pair[0]] = ParseNumber(pair[1]);
            return byName;
        }
    }
}
