namespace Pods.Linux;

/// <summary>The users and groups of a user namespace.</summary>
public sealed record IdMapping(IReadOnlyList<IdRange> Uids, IReadOnlyList<IdRange> Gids)
{
    /// <summary>From the values of the mount options uidmap and gidmap, each a list with commas.</summary>
    public static IdMapping Parse(string uids, string gids) => new(Ranges(uids), Ranges(gids));

    /// <summary>The mount options.</summary>
    public override string ToString() => $"uidmap={string.Join(',', Uids)},gidmap={string.Join(',', Gids)}";

    private static IdRange[] Ranges(string list) => [.. list.Split(',').Select(IdRange.Parse)];
}
