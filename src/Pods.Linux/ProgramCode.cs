using System.Globalization;

namespace Pods.Linux;

/// <summary>The code and constants of this process, which it can take out of its page tables when it falls idle.</summary>
public sealed class ProgramCode
{
    private readonly (nuint Start, nuint Length)[] _mappings;

    private ProgramCode((nuint Start, nuint Length)[] mappings) => _mappings = mappings;

    /// <summary>Looks once, at start-up: what is mapped from files does not change, and Release is to allocate nothing.</summary>
    public static ProgramCode Find()
    {
        List<(nuint, nuint)> mappings = [];
        Span<Range> fields = stackalloc Range[4];
        foreach (ReadOnlySpan<char> line in File.ReadAllText("/proc/self/maps").AsSpan().EnumerateLines())
        {
            // proc(5): "address perms offset dev inode path"
            if (!line.Contains('/')) continue;
            line.Split(fields, ' ', StringSplitOptions.RemoveEmptyEntries);
            ReadOnlySpan<char> permissions = line[fields[1]];
            // Constants lie at a file's start; read-only mappings further in may be relocated data, which the file does not have.
            if (permissions is "r-xp" || (permissions is "r--p" && line[fields[2]].TrimStart('0').IsEmpty))
                mappings.Add(Parse(line[fields[0]]));
        }
        return new([.. mappings]);
    }

    /// <summary>The pages stay in the page cache; those that are needed again come back by a minor fault.</summary>
    public void Release()
    {
        // Advice: a kernel that does not take it changes nothing.
        foreach ((nuint start, nuint length) in _mappings) _ = LibC.madvise(start, length, LibC.MADV_DONTNEED);
    }

    /// <summary>
    /// For a process that has little to allocate natively: the C library would otherwise give each thread a heap of its own, of
    /// at least a page, and never move what is left in it.
    /// </summary>
    public static void UseOneNativeHeap() => _ = LibC.mallopt(LibC.M_ARENA_MAX, 1);

    /// <summary>Gives back what threads that have ended left in the C library's heaps.</summary>
    public static void TrimNativeHeap() => _ = LibC.malloc_trim(0);

    private static (nuint Start, nuint Length) Parse(ReadOnlySpan<char> range)
    {
        int dash = range.IndexOf('-');
        nuint start = nuint.Parse(range[..dash], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (start, nuint.Parse(range[(dash + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) - start);
    }
}
