using System.Net.Http.Headers;
using Grpc.Core;

namespace Pods.Grpc;

/// <summary>Metadata as HTTP/2 header fields: text as it is, bytes in base64.</summary>
internal static class MetadataHeaders
{
    /// <exception cref="RpcException">A value that HTTP/2 cannot carry.</exception>
    public static void Write(GrpcChannelOptions defaults, Metadata? metadata, HttpRequestHeaders headers)
    {
        foreach ((string key, string value) in defaults.Headers)
            if (metadata?.Get(key) is null)
                Add(headers, key, value);
        foreach (Metadata.Entry entry in metadata ?? Metadata.Empty)
            Add(headers, entry.Key, entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes).TrimEnd('=') : entry.Value);
    }

    public static Metadata Read(HttpHeadersNonValidated headers)
    {
        Metadata metadata = [];
        foreach ((string key, HeaderStringValues values) in headers)
        {
            string name = key.ToLowerInvariant();
            // The protocol's own headers are no metadata, and a key that metadata cannot spell was not sent by a gRPC server.
            if (name is "grpc-status" or "grpc-message" or "grpc-encoding" || !name.All(IsKeyCharacter))
                continue;
            foreach (string value in values)
                Add(metadata, name, value);
        }
        return metadata;
    }

    private static void Add(HttpRequestHeaders headers, string key, string value)
    {
        if (value.Any(c => c is < ' ' or > '~') || !headers.TryAddWithoutValidation(key, value))
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"metadata \"{key}\": \"{value}\" cannot be sent in a header"));
    }

    private static void Add(Metadata metadata, string name, string value)
    {
        if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
        {
            metadata.Add(name, value);
            return;
        }
        // Several values of one key may arrive joined: a comma is no character of base64.
        foreach (string part in value.Split(',', StringSplitOptions.TrimEntries))
            if (TryDecode(part) is { } bytes)
                metadata.Add(name, bytes);
    }

    private static byte[]? TryDecode(string base64)
    {
        // The padding is left out by most senders, ours included.
        string padded = base64.TrimEnd('=');
        padded = padded.PadRight((padded.Length + 3) / 4 * 4, '=');
        byte[] bytes = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64String(padded, bytes, out int length) ? bytes[..length] : null;
    }

    private static bool IsKeyCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';
}
