namespace Pods.Images;

/// <summary>Documents come whole into memory, so none may be as large as a server likes.</summary>
internal static class BoundedBody
{
    public static async Task<byte[]> ReadAsync(HttpContent content, int maximum, CancellationToken cancel)
    {
        await using Stream body = await content.ReadAsStreamAsync(cancel);
        return await ReadAsync(body, maximum, cancel);
    }

    public static async Task<byte[]> ReadAsync(Stream body, int maximum, CancellationToken cancel)
    {
        MemoryStream whole = new();
        byte[] part = new byte[16 * 1024];
        for (int read; (read = await body.ReadAsync(part, cancel)) > 0;)
        {
            whole.Write(part, 0, read);
            if (whole.Length > maximum)
                throw new ImageException(ImageFailure.BadContent, $"a document is longer than {maximum >> 20} MiB");
        }
        return whole.ToArray();
    }
}
