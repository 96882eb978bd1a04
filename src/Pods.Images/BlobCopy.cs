using System.Security.Cryptography;
using Pods.Containerd;
using Pods.Oci;

namespace Pods.Images;

internal static class BlobCopy
{
    /// <summary>All of the source, from its beginning; answers the digest of what was written.</summary>
    public static async Task<string> RunAsync(Stream source, ContentWriter writer, Action<long> report, CancellationToken cancel)
    {
        if (writer.Offset > 0)
            await writer.RestartAsync();
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[ContentWriter.MaximumPart];
        for (int read; (read = await source.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel)) > 0;)
        {
            hash.AppendData(buffer.AsSpan(0, read));
            await writer.WriteAsync(buffer.AsMemory(0, read));
            report(writer.Offset);
        }
        return Sha256Digest.Of(hash);
    }
}
