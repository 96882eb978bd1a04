using System.IO.MemoryMappedFiles;
using Pods.TestKit;

namespace Pods.Linux.Tests;

public sealed class ProgramCodeTests : IDisposable
{
    private const int Pages = 600;   // more than are looked at at once

    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Pages_of_a_file_go_and_those_that_were_written_to_stay()
    {
        int page = Environment.SystemPageSize;
        string path = _scratch.File("constants");
        File.WriteAllBytes(path, [.. Enumerable.Range(0, Pages).SelectMany(i => Enumerable.Repeat((byte)(i % 251), page))]);
        using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.CopyOnWrite);
        using MemoryMappedViewAccessor view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
        nuint address = (nuint)view.SafeMemoryMappedViewHandle.DangerousGetHandle();
        view.Write(3L * page, (byte)255);
        view.Write(599L * page, (byte)255);
        ExpectBytes(3, 599);
        Assert.InRange(ResidentKb(address), Pages * page / 1024 / 2, Pages * page / 1024);

        ProgramCode.ReleasePagesOfFile(address, (nuint)(Pages * page));

        Assert.Equal(2 * page / 1024, ResidentKb(address));
        ExpectBytes(3, 599);

        void ExpectBytes(params int[] written)
        {
            for (int i = 0; i < Pages; i++)
                Assert.Equal(written.Contains(i) ? (byte)255 : (byte)(i % 251), view.ReadByte((long)i * page));
        }
    }

    private static int ResidentKb(nuint address) => int.Parse(File.ReadLines("/proc/self/smaps")
        .SkipWhile(line => !line.StartsWith($"{address:x}-")).First(line => line.StartsWith("Rss:")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
}
