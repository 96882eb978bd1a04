namespace Pods.Images;

/// <summary>Reads a hosts.toml: the mirrors of a registry in order, then the registry's own server.</summary>
internal sealed class HostsFile
{
    private readonly string _directory;
    private readonly Dictionary<string, HostTable> _hosts = [];
    private readonly List<string> _order = [];
    private readonly HostTable _server = new();
    private string? _serverUrl;

    private HostsFile(string directory) => _directory = directory;

    /// <summary>Relative paths of certificates are looked up in <paramref name="directory"/>.</summary>
    public static IReadOnlyList<RegistryEndpoint> Parse(string text, string directory, string registry, RegistryEndpoint origin)
    {
        HostsFile file = new(directory);
        foreach (TomlEntry entry in TomlReader.Read(text))
            file.Take(entry);
        RegistryEndpoint server = file._server.Endpoint(
            file._serverUrl is { } url ? Url(url, 1) : origin.Root, hasOwnPath: file._serverUrl is null || file._server.OverridePath);
        return [.. file._order.Select(host => file._hosts[host].Endpoint(Url(host, file._hosts[host].Line), file._hosts[host].OverridePath)
            with { MirrorOf = registry }), server];
    }

    private static Uri Url(string text, int line)
    {
        string full = text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text;
        return Uri.TryCreate(full, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.Host.Length > 0
            ? url : throw new TomlException(line, $"\"{text}\" is not the address of a registry");
    }

    private void Take(TomlEntry entry)
    {
        if (entry.Table is ["host", var host, ..] && Host(host, entry.Line) is var table)
        {
            if (entry.Table.Count == 2)
                Set(table, entry);
            else if (entry.Table is [_, _, "header"])
                AddHeader(table, entry);
            else
                throw new TomlException(entry.Line, $"[{string.Join('.', entry.Table)}] is not a table of hosts.toml");
        }
        else if (entry.Table is ["header"])
            AddHeader(_server, entry);
        else if (entry.Table.Count > 1 || entry.Table is [not "host"])
            throw new TomlException(entry.Line, $"[{string.Join('.', entry.Table)}] is not a table of hosts.toml");
        else if (entry.Key == "server")
            _serverUrl = Text(entry);
        else
            Set(_server, entry);
    }

    private HostTable Host(string name, int line)
    {
        if (!_hosts.TryGetValue(name, out HostTable? table))
        {
            _hosts[name] = table = new() { Line = line };
            _order.Add(name);
        }
        return table;
    }

    private void Set(HostTable table, TomlEntry entry)
    {
        switch (entry.Key)
        {
            case "": break;     // the table's own line
            case "capabilities": table.Capabilities = Texts(entry); break;
            case "ca": table.Authorities = [.. Texts(entry).Select(Absolute)]; break;
            case "client": table.ClientPairs = Pairs(entry); break;
            case "skip_verify": table.SkipVerify = Flag(entry); break;
            case "override_path": table.OverridePath = Flag(entry); break;
            case "dial_timeout": table.DialTimeout = Duration(entry); break;
            default: throw new TomlException(entry.Line, $"\"{entry.Key}\" is not a setting of hosts.toml that is known here");
        }
    }

    private static void AddHeader(HostTable table, TomlEntry entry)
    {
        if (entry.Key.Length > 0)
            table.Headers.AddRange(Texts(entry).Select(value => KeyValuePair.Create(entry.Key, value)));
    }

    private List<(string, string)> Pairs(TomlEntry entry)
    {
        if (entry.Value is not List<object> items)
            return [(Absolute(Text(entry)), "")];
        return
        [
            .. items.Select(item => item switch
            {
                string one => (Absolute(one), ""),
                List<object> and [string certificate, string key] => (Absolute(certificate), Absolute(key)),
                _ => throw new TomlException(entry.Line, "client wants a file, a list of files, or a list of [certificate, key]"),
            }),
        ];
    }

    private string Absolute(string path) => Path.Combine(_directory, path);

    private static string Text(TomlEntry entry) =>
        entry.Value as string ?? throw new TomlException(entry.Line, $"{entry.Key} wants a string");

    private static List<string> Texts(TomlEntry entry) => entry.Value switch
    {
        string one => [one],
        List<object> many when many.All(item => item is string) => [.. many.Cast<string>()],
        _ => throw new TomlException(entry.Line, $"{entry.Key} wants a string or a list of strings"),
    };

    private static bool Flag(TomlEntry entry) =>
        entry.Value as bool? ?? throw new TomlException(entry.Line, $"{entry.Key} wants true or false");

    private static TimeSpan Duration(TomlEntry entry)
    {
        string text = Text(entry);
        string digits = text.TrimEnd('m', 's');
        bool isNumber = double.TryParse(digits, System.Globalization.CultureInfo.InvariantCulture, out double number) && number > 0;
        return (isNumber, text[digits.Length..]) switch
        {
            (true, "ms") => TimeSpan.FromMilliseconds(number),
            (true, "s") => TimeSpan.FromSeconds(number),
            (true, "m") => TimeSpan.FromMinutes(number),
            _ => throw new TomlException(entry.Line, $"{entry.Key} wants a time like \"3s\""),
        };
    }

    private sealed class HostTable
    {
        public int Line { get; init; } = 1;
        public List<string> Capabilities { get; set; } = [];
        public List<string> Authorities { get; set; } = [];
        public List<(string, string)> ClientPairs { get; set; } = [];
        public bool SkipVerify { get; set; }
        public bool OverridePath { get; set; }
        public TimeSpan DialTimeout { get; set; } = TimeSpan.FromSeconds(30);
        public List<KeyValuePair<string, string>> Headers { get; } = [];

        public RegistryEndpoint Endpoint(Uri url, bool hasOwnPath) => new()
        {
            // Built, not resolved: a path that begins with two slashes would name another host.
            Root = new UriBuilder(url) { Path = url.AbsolutePath.TrimEnd('/') + (hasOwnPath ? "/" : "/v2/"), Query = "", Fragment = "" }.Uri,
            // No capability named means all of them.
            CanResolve = Capabilities.Count == 0 || Capabilities.Contains("resolve"),
            CanPull = Capabilities.Count == 0 || Capabilities.Contains("pull"),
            Tls = new() { Authorities = Authorities, ClientPairs = ClientPairs, SkipVerify = SkipVerify },
            DialTimeout = DialTimeout,
            Headers = Headers,
        };
    }
}
