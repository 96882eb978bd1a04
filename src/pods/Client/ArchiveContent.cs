using System.Formats.Tar;
using System.Net;

namespace Pods.Cli.Client;

/// <summary>A local file or directory as the tar stream of a request, made while it is sent.</summary>
internal sealed class ArchiveContent(string source, string name) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using TarWriter archive = new(stream, TarEntryFormat.Pax, leaveOpen: true);
        await AddAsync(archive, source, name);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private static async Task AddAsync(TarWriter archive, string path, string name)
    {
        await archive.WriteEntryAsync(path, name);
        if (!Directory.Exists(path) || new FileInfo(path).LinkTarget is not null)
            return;
        foreach (string child in Directory.EnumerateFileSystemEntries(path))
            await AddAsync(archive, child, $"{name}/{Path.GetFileName(child)}");
    }
}
