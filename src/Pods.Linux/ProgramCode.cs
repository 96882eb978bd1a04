using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pods.Linux;

/// <summary>The code and constants of this process, which it can take out of its page tables when it falls idle.</summary>
public sealed class ProgramCode
{
    // Of an entry in /proc/PID/pagemap (kernel documentation, admin-guide/mm/pagemap).
    private const ulong Present = 1UL << 63, OfFile = 1UL << 61;
    private const int PagesAtOnce = 256;

    private readonly Mapping[] _mappings;

    private ProgramCode(Mapping[] mappings) => _mappings = mappings;

    private readonly record struct Mapping(nuint Start, nuint Length, bool MayHaveOwnPages);

    /// <summary>Looks once, at start-up: what is mapped from files does not change.</summary>
    public static ProgramCode Find()
    {
        List<Mapping> mappings = [];
        Span<Range> fields = stackalloc Range[4];
        foreach (ReadOnlySpan<char> line in File.ReadAllText("/proc/self/maps").AsSpan().EnumerateLines())
        {
            // proc(5): "address perms offset dev inode path"
            if (!line.Contains('/')) continue;
            line.Split(fields, ' ', StringSplitOptions.RemoveEmptyEntries);
            ReadOnlySpan<char> permissions = line[fields[1]];
            // Constants lie at a file's start; read-only mappings further in may be relocated data too, which the file does not have.
            if (permissions is "r-xp" or "r--p")
                mappings.Add(Parse(line[fields[0]], permissions is "r--p" && !line[fields[2]].TrimStart('0').IsEmpty));
        }
        // What it takes to look at the one kind is fetched back by doing so: the other, the code, comes last.
        return new([.. mappings.OrderByDescending(mapping => mapping.MayHaveOwnPages)]);
    }

    /// <summary>The pages stay in the page cache; those that are needed again come back by a minor fault.</summary>
    public void Release()
    {
        // Advice: a kernel that does not take it changes nothing.
        foreach (Mapping mapping in _mappings)
            if (mapping.MayHaveOwnPages) ReleasePagesOfFile(mapping.Start, mapping.Length);
            else _ = LibC.madvise(mapping.Start, mapping.Length, LibC.MADV_DONTNEED);
    }

    /// <summary>All but the pages that were written to before the mapping became read-only: nobody else has those.</summary>
    internal static void ReleasePagesOfFile(nuint start, nuint length)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        Span<ulong> entries = stackalloc ulong[PagesAtOnce];
        try
        {
            using SafeFileHandle pagemap = File.OpenHandle("/proc/self/pagemap", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            for (nuint at = start, end = start + length; at < end;)
            {
                int asked = (int)Math.Min(PagesAtOnce, (end - at) / page);
                int got = RandomAccess.Read(pagemap, MemoryMarshal.AsBytes(entries[..asked]), (long)(at / page * sizeof(ulong))) / sizeof(ulong);
                if (got == 0) return;
                for (int i = 0; i < got; i++, at += page)
                    if ((entries[i] & (Present | OfFile)) == (Present | OfFile)) _ = LibC.madvise(at, page, LibC.MADV_DONTNEED);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No /proc, or a kernel without this file: the pages stay.
        }
    }

    /// <summary>
    /// For a process that has little to allocate natively: the C library would otherwise give each thread a heap of its own, of
    /// at least a page, and never move what is left in it.
    /// </summary>
    public static void UseOneNativeHeap() => _ = LibC.mallopt(LibC.M_ARENA_MAX, 1);

    /// <summary>Gives back what threads that have ended left in the C library's heaps.</summary>
    public static void TrimNativeHeap() => _ = LibC.malloc_trim(0);

    private static Mapping Parse(ReadOnlySpan<char> range, bool mayHaveOwnPages)
    {
        int dash = range.IndexOf('-');
        nuint start = nuint.Parse(range[..dash], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return new(start, nuint.Parse(range[(dash + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) - start, mayHaveOwnPages);
    }
}
