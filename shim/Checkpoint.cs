using Google.Protobuf.WellKnownTypes;
using CurrentOptions = Containerd.Runc.V1.CheckpointOptions;
using OlderOptions = Containerd.Linux.Runc.CheckpointOptions;

namespace Pods.Shim;

/// <summary>How a container is to be frozen into an image of its processes; what Checkpoint asks for.</summary>
internal sealed record Checkpoint
{
    private const string CurrentName = "containerd.runc.v1.CheckpointOptions";
    private const string OlderName = "containerd.linux.runc.CheckpointOptions";

    public required string ImagePath { get; init; }
    public string WorkPath { get; init; } = "";
    /// <summary>Whether the container ends with it.</summary>
    public bool Exits { get; init; }
    public bool OpenTcp { get; init; }
    public bool ExternalUnixSockets { get; init; }
    public bool Terminal { get; init; }
    public bool FileLocks { get; init; }
    public IReadOnlyList<string> EmptyNamespaces { get; init; } = [];
    public string CgroupsMode { get; init; } = "";

    public static Checkpoint Decode(string imagePath, Any? options)
    {
        if (imagePath.Length == 0)
            throw new ArgumentException("checkpoint: no path given");
        if (options is null || options.Value.IsEmpty)
            return new() { ImagePath = imagePath };
        return options.TypeUrl[(options.TypeUrl.LastIndexOf('/') + 1)..] switch
        {
            CurrentName => From(imagePath, CurrentOptions.Parser.ParseFrom(options.Value)),
            OlderName => From(imagePath, OlderOptions.Parser.ParseFrom(options.Value)),
            _ => throw new ArgumentException($"checkpoint options of type \"{options.TypeUrl}\" are not known"),
        };
    }

    /// <summary>runc's and crun's words for it, without the container's name.</summary>
    public IEnumerable<string> Arguments(string workPath) =>
    [
        "--image-path", ImagePath, "--work-path", workPath,
        .. Flag("--tcp-established", OpenTcp), .. Flag("--ext-unix-sk", ExternalUnixSockets), .. Flag("--shell-job", Terminal),
        .. Flag("--file-locks", FileLocks), .. EmptyNamespaces.SelectMany<string, string>(kind => ["--empty-ns", kind]),
        .. CgroupsMode.Length > 0 ? (string[])["--manage-cgroups-mode", CgroupsMode] : [],
        .. Flag("--leave-running", !Exits),
    ];

    private static string[] Flag(string name, bool isSet) => isSet ? [name] : [];

    private static Checkpoint From(string imagePath, CurrentOptions o) => new()
    {
        ImagePath = imagePath,
        WorkPath = o.WorkPath,
        Exits = o.Exit,
        OpenTcp = o.OpenTcp,
        ExternalUnixSockets = o.ExternalUnixSockets,
        Terminal = o.Terminal,
        FileLocks = o.FileLocks,
        EmptyNamespaces = [.. o.EmptyNamespaces],
        CgroupsMode = o.CgroupsMode,
    };

    // What the 1.7 client sends to a runtime whose name it does not know.
    private static Checkpoint From(string imagePath, OlderOptions o) => new()
    {
        ImagePath = imagePath,
        WorkPath = o.WorkPath,
        Exits = o.Exit,
        OpenTcp = o.OpenTcp,
        ExternalUnixSockets = o.ExternalUnixSockets,
        Terminal = o.Terminal,
        FileLocks = o.FileLocks,
        EmptyNamespaces = [.. o.EmptyNamespaces],
        CgroupsMode = o.CgroupsMode,
    };
}
