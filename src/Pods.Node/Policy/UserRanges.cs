using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// Which ids of the machine are the users of which pod. As with the kubelet: 65536 for each, from 65536 on, or those that
/// /etc/subuid and /etc/subgid give to the user "kubelet". What is given out is kept with each pod.
/// </summary>
internal static class UserRanges
{
    private const string Kubelet = "kubelet";
    // Of 32 bits: programs take a larger id for a negative number.
    private const uint End = int.MaxValue / PodUsers.Count;

    /// <returns>The first of its ids; null for a pod with the machine's users.</returns>
    /// <exception cref="NodeException">There are none left.</exception>
    public static uint? Give(Pod pod, IEnumerable<StoredPod> others)
    {
        if (pod.Spec!.HostUsers != false)
            return null;
        return Choose(others.Select(o => o.Memory.FirstUser).OfType<uint>().ToHashSet(), Lines("/etc/subuid"), Lines("/etc/subgid"),
                [.. Lines("/etc/passwd"), .. Lines("/etc/group")])
            ?? throw NodeException.Forbidden(pod.Metadata!.Name!, "hostUsers: false: no ids are left that are nobody's");
    }

    /// <summary>The lowest that no other pod has, and that nobody else on the machine is.</summary>
    /// <param name="taken">What other pods have.</param>
    /// <param name="subUids">name:first:count, as in /etc/subuid.</param>
    /// <param name="subGids">Of groups.</param>
    /// <param name="people">Users and groups, name:password:id:…</param>
    internal static uint? Choose(IReadOnlySet<uint> taken, IReadOnlyList<string> subUids, IReadOnlyList<string> subGids, IReadOnlyList<string> people)
    {
        (string Name, ulong First, ulong Count)[] users = [.. subUids.Select(Parse)], groups = [.. subGids.Select(Parse)];
        (string Name, ulong First, ulong Count)[] ofPods = [.. users.Where(r => r.Name == Kubelet && groups.Contains(r))];
        (string Name, ulong First, ulong Count)[] others =
        [
            .. users.Concat(groups).Where(r => r.Name != Kubelet),
            .. people.Select(line => line.Split(':')).Where(p => p.Length > 2 && uint.TryParse(p[2], out _))
                .Select(p => (p[0], (ulong)uint.Parse(p[2]), 1ul)),
        ];
        for (uint block = 1; block < End; block++)
        {
            uint first = block * PodUsers.Count, end = first + PodUsers.Count;
            if (!taken.Contains(first) && !others.Any(r => r.First < end && first < r.First + r.Count)
                && (ofPods.Length == 0 || ofPods.Any(r => r.First <= first && end <= r.First + r.Count)))
                return first;
        }
        return null;
    }

    private static (string Name, ulong First, ulong Count) Parse(string line) =>
        line.Split(':') is [var name, var first, var count] && uint.TryParse(first, out uint from) && uint.TryParse(count, out uint many)
            ? (name, from, many) : ("", 0, 0);

    private static string[] Lines(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];
}
