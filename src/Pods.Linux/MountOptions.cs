namespace Pods.Linux;

/// <summary>The options of one mount, sorted into what mount(2) takes separately.</summary>
public sealed record MountOptions(nuint Flags, nuint Propagation, string Data)
{
    internal const nuint MS_RDONLY = 1 << 0;
    internal const nuint MS_NOSUID = 1 << 1;
    internal const nuint MS_NODEV = 1 << 2;
    internal const nuint MS_NOEXEC = 1 << 3;
    internal const nuint MS_SYNCHRONOUS = 1 << 4;
    internal const nuint MS_REMOUNT = 1 << 5;
    internal const nuint MS_MANDLOCK = 1 << 6;
    internal const nuint MS_DIRSYNC = 1 << 7;
    internal const nuint MS_NOSYMFOLLOW = 1 << 8;
    internal const nuint MS_NOATIME = 1 << 10;
    internal const nuint MS_NODIRATIME = 1 << 11;
    internal const nuint MS_BIND = 1 << 12;
    internal const nuint MS_REC = 1 << 14;
    internal const nuint MS_SILENT = 1 << 15;
    internal const nuint MS_UNBINDABLE = 1 << 17;
    internal const nuint MS_PRIVATE = 1 << 18;
    internal const nuint MS_SLAVE = 1 << 19;
    internal const nuint MS_SHARED = 1 << 20;
    internal const nuint MS_RELATIME = 1 << 21;
    internal const nuint MS_I_VERSION = 1 << 23;
    internal const nuint MS_STRICTATIME = 1 << 24;
    internal const nuint MS_LAZYTIME = 1 << 25;

    /// <summary>What a bind mount ignores when it is made and takes only when it is mounted again.</summary>
    internal const nuint PerMount =
        MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOSYMFOLLOW | MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME;

    private static readonly Dictionary<string, (nuint Flag, bool Clear)> FlagsByName = new()
    {
        ["async"] = (MS_SYNCHRONOUS, true), ["sync"] = (MS_SYNCHRONOUS, false),
        ["atime"] = (MS_NOATIME, true), ["noatime"] = (MS_NOATIME, false),
        ["bind"] = (MS_BIND, false), ["rbind"] = (MS_BIND | MS_REC, false),
        ["defaults"] = (0, false),
        ["dev"] = (MS_NODEV, true), ["nodev"] = (MS_NODEV, false),
        ["diratime"] = (MS_NODIRATIME, true), ["nodiratime"] = (MS_NODIRATIME, false),
        ["dirsync"] = (MS_DIRSYNC, false),
        ["exec"] = (MS_NOEXEC, true), ["noexec"] = (MS_NOEXEC, false),
        ["iversion"] = (MS_I_VERSION, false), ["noiversion"] = (MS_I_VERSION, true),
        ["lazytime"] = (MS_LAZYTIME, false), ["nolazytime"] = (MS_LAZYTIME, true),
        ["mand"] = (MS_MANDLOCK, false), ["nomand"] = (MS_MANDLOCK, true),
        ["relatime"] = (MS_RELATIME, false), ["norelatime"] = (MS_RELATIME, true),
        ["remount"] = (MS_REMOUNT, false),
        ["ro"] = (MS_RDONLY, false), ["rw"] = (MS_RDONLY, true),
        ["silent"] = (MS_SILENT, false), ["loud"] = (MS_SILENT, true),
        ["strictatime"] = (MS_STRICTATIME, false), ["nostrictatime"] = (MS_STRICTATIME, true),
        ["suid"] = (MS_NOSUID, true), ["nosuid"] = (MS_NOSUID, false),
        ["symfollow"] = (MS_NOSYMFOLLOW, true), ["nosymfollow"] = (MS_NOSYMFOLLOW, false),
    };

    private static readonly Dictionary<string, nuint> PropagationByName = new()
    {
        ["private"] = MS_PRIVATE, ["rprivate"] = MS_PRIVATE | MS_REC,
        ["shared"] = MS_SHARED, ["rshared"] = MS_SHARED | MS_REC,
        ["slave"] = MS_SLAVE, ["rslave"] = MS_SLAVE | MS_REC,
        ["unbindable"] = MS_UNBINDABLE, ["runbindable"] = MS_UNBINDABLE | MS_REC,
    };

    /// <summary>Whose ids the mount is to show; null: as they are on disk.</summary>
    public IdMapping? Mapping { get; init; }

    internal bool IsBind => (Flags & MS_BIND) != 0;

    /// <summary>Sorts options; the last of two that contradict each other wins, as in fstab.</summary>
    public static MountOptions Parse(IEnumerable<string> options)
    {
        nuint flags = 0, propagation = 0;
        List<string> data = [];
        string? uids = null, gids = null;
        foreach (string option in options)
        {
            if (FlagsByName.TryGetValue(option, out (nuint Flag, bool Clear) known))
                flags = known.Clear ? flags & ~known.Flag : flags | known.Flag;
            else if (PropagationByName.TryGetValue(option, out nuint way)) propagation |= way;
            else if (option.StartsWith("uidmap=", StringComparison.Ordinal)) uids = option["uidmap=".Length..];
            else if (option.StartsWith("gidmap=", StringComparison.Ordinal)) gids = option["gidmap=".Length..];
            else if (IsForSomebodyElse(option)) throw new ArgumentException($"mount option {option} is not supported");
            else data.Add(option);
        }
        return new(flags, propagation, string.Join(',', data)) { Mapping = MappingOf(uids, gids) };
    }

    private static IdMapping? MappingOf(string? uids, string? gids) => (uids, gids) switch
    {
        (null, null) => null,
        (not null, not null) => IdMapping.Parse(uids, gids),
        _ => throw new ArgumentException($"mount option {(uids is null ? "gidmap=" + gids : "uidmap=" + uids)} needs the other of uidmap and gidmap"),
    };

    // The kernel would take these for the file system's own, and most file systems would refuse them with a bare EINVAL.
    private static bool IsForSomebodyElse(string option) =>
        option == "loop" || option.StartsWith("X-containerd.", StringComparison.Ordinal);
}
