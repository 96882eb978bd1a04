namespace Pods.Shim;

/// <summary>The shim's command line, as containerd writes it: Go-style flags, then the action.</summary>
internal sealed record ShimFlags
{
    private static readonly string[] _withValue = ["namespace", "id", "address", "publish-binary", "bundle", "socket", "debug-socket"];
    private static readonly string[] _switches = ["debug", "v", "version", "info"];

    public string Namespace { get; init; } = "";
    public string Id { get; init; } = "";
    /// <summary>containerd's gRPC address; only a part of the group's socket name, never dialled.</summary>
    public string Address { get; init; } = "";
    public string Bundle { get; init; } = "";
    public bool Debug { get; init; }
    public bool Version { get; init; }
    public bool Info { get; init; }
    /// <summary>start, delete, or empty for serving.</summary>
    public string Action { get; init; } = "";

    /// <summary>What follows the action is ignored, as containerd's flag parser does.</summary>
    public static ShimFlags Parse(IReadOnlyList<string> arguments)
    {
        ShimFlags flags = new();
        for (int i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].StartsWith('-'))
                return flags with { Action = arguments[i] };
            string[] parts = arguments[i].TrimStart('-').Split('=', 2);
            if (_switches.Contains(parts[0]))
                flags = flags.With(parts[0], parts.Length == 1 ? "true" : parts[1]);
            else if (!_withValue.Contains(parts[0]))
                throw new ArgumentException($"unknown flag \"{arguments[i]}\"");
            else if (parts.Length == 2)
                flags = flags.With(parts[0], parts[1]);
            else if (++i < arguments.Count)
                flags = flags.With(parts[0], arguments[i]);
            else
                throw new ArgumentException($"flag \"{arguments[i - 1]}\" needs a value");
        }
        return flags;
    }

    private ShimFlags With(string name, string value) => name switch
    {
        "namespace" => this with { Namespace = value },
        "id" => this with { Id = value },
        "address" => this with { Address = value },
        "bundle" => this with { Bundle = value },
        "debug" => this with { Debug = value is "true" or "1" },
        "v" or "version" => this with { Version = value is "true" or "1" },
        "info" => this with { Info = value is "true" or "1" },
        _ => this,
    };
}
