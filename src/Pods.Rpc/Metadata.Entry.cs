using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    /// <summary>One header: text, or bytes if its key ends in <c>-bin</c>.</summary>
    public sealed class Entry
    {
        private readonly string? _value;
        private readonly byte[]? _valueBytes;

        public Entry(string key, string value)
        {
            Key = Normalized(key);
            if (IsBinary)
                throw new ArgumentException(
                    $"metadata \"{key}\": a key that ends in {BinaryHeaderSuffix} takes bytes", nameof(key));
            _value = value;
        }

        public Entry(string key, byte[] valueBytes)
        {
            Key = Normalized(key);
            if (!IsBinary)
                throw new ArgumentException(
                    $"metadata \"{key}\": bytes need a key that ends in {BinaryHeaderSuffix}", nameof(key));
            _valueBytes = valueBytes;
        }

        public string Key { get; }
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        public string Value => _value
            ?? throw new InvalidOperationException($"metadata \"{Key}\": a binary entry has no text");

        public byte[] ValueBytes => _valueBytes ?? Encoding.ASCII.GetBytes(Value);

        public override string ToString() => IsBinary ? $"{Key}: {_valueBytes!.Length} bytes" : $"{Key}: {_value}";

        /// <summary>Whether a text entry can have this key: for keys that come from a peer.</summary>
        public static bool IsTextKey(string key) =>
            IsKey(key) && !key.EndsWith(BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase);

        private static bool IsKey(string key) =>
            key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

        private static string Normalized(string key)
        {
            if (!IsKey(key))
                throw new ArgumentException(
                    $"metadata \"{key}\": a key consists of letters, digits, '-', '_' and '.'", nameof(key));

            // HTTP/2 knows only lower-case field names (RFC 9113, section 8.2).
            return key.ToLowerInvariant();
        }
    }
}
