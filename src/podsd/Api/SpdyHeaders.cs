using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Pods.Daemon.Api;

/// <summary>
/// The header blocks of one SPDY/3.1 connection: name and value pairs in one zlib stream per direction, flushed after each block,
/// with the protocol's own dictionary before the first (draft-mbelshe-httpbis-spdy-00, 2.6.10). Not for two threads at once.
/// </summary>
internal sealed class SpdyHeaders : IDisposable
{
    private const int MaxBlock = 64 * 1024;
    private static readonly byte[] Dictionary = BuildDictionary();

    private readonly Feed _feed = new();
    private readonly DeflateStream _inflater;
    private bool _hasBegun, _hasWritten;

    public SpdyHeaders() => _inflater = new(_feed, CompressionMode.Decompress);

    public void Dispose() => _inflater.Dispose();

    /// <summary>By lower-case name; of several values the first.</summary>
    /// <exception cref="InvalidDataException">It is no header block.</exception>
    public Dictionary<string, string> Read(ReadOnlySpan<byte> block)
    {
        if (!_hasBegun)
            block = Begin(block);
        _feed.Add(block.ToArray());
        int left = MaxBlock;
        Dictionary<string, string> headers = [];
        for (uint count = ReadNumber(ref left); count > 0; count--)
        {
            string name = ReadText(ref left);
            headers.TryAdd(name.ToLowerInvariant(), ReadText(ref left).Split('\0')[0]);
        }
        return headers;
    }

    /// <summary>A block that is not compressed: zlib's stored form, which needs no dictionary either.</summary>
    public byte[] Write(params (string Name, string Value)[] headers)
    {
        using MemoryStream plain = new();
        WriteNumber(plain, (uint)headers.Length);
        foreach (var (name, value) in headers)
            foreach (byte[] text in new[] { Encoding.ASCII.GetBytes(name), Encoding.UTF8.GetBytes(value) })
            {
                WriteNumber(plain, (uint)text.Length);
                plain.Write(text);
            }
        byte[] begin = _hasWritten ? [] : [0x78, 0x01];
        _hasWritten = true;
        // Go's inflater gives a stored block out when the next one begins: the empty one is zlib's own mark of a flush.
        return [.. begin, .. Stored(plain.ToArray()), .. Stored([])];
    }

    // The framework's inflater takes no dictionary: it gets it as data that came before, which fills its window just the same.
    private ReadOnlySpan<byte> Begin(ReadOnlySpan<byte> block)
    {
        const int hasDictionary = 0x20;
        if (block.Length < 6 || (block[0] & 0x0f) != 8 || ((block[0] << 8) | block[1]) % 31 != 0)
            throw new InvalidDataException("a header block that is no zlib stream");
        _hasBegun = true;
        if ((block[1] & hasDictionary) == 0)
            return block[2..];
        _feed.Add(Stored(Dictionary));
        _inflater.ReadExactly(new byte[Dictionary.Length]);
        return block[6..];
    }

    private uint ReadNumber(ref int left)
    {
        Span<byte> number = stackalloc byte[4];
        Fill(number, ref left);
        return BinaryPrimitives.ReadUInt32BigEndian(number);
    }

    private string ReadText(ref int left)
    {
        uint length = ReadNumber(ref left);
        if (length > left)
            throw new InvalidDataException($"a header block of more than {MaxBlock} bytes");
        byte[] text = new byte[length];
        Fill(text, ref left);
        return Encoding.UTF8.GetString(text);
    }

    private void Fill(Span<byte> target, ref int left)
    {
        left -= target.Length;
        if (left < 0)
            throw new InvalidDataException($"a header block of more than {MaxBlock} bytes");
        try
        {
            _inflater.ReadExactly(target);
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException("a header block that ends too early");
        }
    }

    private static byte[] Stored(byte[] content) =>
        [0, (byte)content.Length, (byte)(content.Length >> 8), (byte)~content.Length, (byte)~(content.Length >> 8), .. content];

    private static void WriteNumber(Stream to, uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        to.Write(bytes);
    }

    /// <summary>Words that a header block may well have, each with its length, then what is likely in values; zlib knows it as e3c6a7c2.</summary>
    private static byte[] BuildDictionary()
    {
        const string words = "options,head,post,put,delete,trace,accept,accept-charset,accept-encoding,accept-language,accept-ranges,age,allow,"
            + "authorization,cache-control,connection,content-base,content-encoding,content-language,content-length,content-location,"
            + "content-md5,content-range,content-type,date,etag,expect,expires,from,host,if-match,if-modified-since,if-none-match,if-range,"
            + "if-unmodified-since,last-modified,location,max-forwards,pragma,proxy-authenticate,proxy-authorization,range,referer,retry-after,"
            + "server,te,trailer,transfer-encoding,upgrade,user-agent,vary,via,warning,www-authenticate,method,get,status,200 OK,version,"
            + "HTTP/1.1,url,public,set-cookie,keep-alive,origin";
        const string values = "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
            + "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found"
            + "500 Internal Server Error501 Not Implemented503 Service Unavailable"
            + "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
            + "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,"
            + "publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";
        using MemoryStream dictionary = new();
        foreach (string word in words.Split(','))
        {
            WriteNumber(dictionary, (uint)word.Length);
            dictionary.Write(Encoding.ASCII.GetBytes(word));
        }
        dictionary.Write(Encoding.ASCII.GetBytes(values));
        return dictionary.ToArray();
    }

    /// <summary>What has arrived and is not inflated yet.</summary>
    private sealed class Feed : Stream
    {
        private readonly Queue<ReadOnlyMemory<byte>> _parts = [];

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Add(ReadOnlyMemory<byte> part) => _parts.Enqueue(part);

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (!_parts.TryDequeue(out ReadOnlyMemory<byte> part))
                return 0;
            int count = Math.Min(part.Length, buffer.Length);
            part.Span[..count].CopyTo(buffer);
            if (count < part.Length)
                throw new InvalidDataException("a header block that is larger than the inflater's buffer");
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
