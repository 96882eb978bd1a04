using System.Text;

namespace Pods.Shim;

/// <summary>Where the shim of a group of containers listens. The rule is containerd's, whose CRI tests compute the same name.</summary>
internal static class GroupAddress
{
    /// <summary>Compiled in, as in the stock shim: not derived from the daemon's state directory, whose path may be too long.</summary>
    public const string Directory = "/run/containerd/s";

    public static string SocketPath(string containerdAddress, string namespaceName, string group, string directory = Directory)
    {
        string[] parts = [.. new[] { containerdAddress, namespaceName, group }.Where(p => p.Length > 0)];
        string name = Sha256.Hex(Encoding.UTF8.GetBytes(Clean(string.Join('/', parts))));
        return $"{directory}/{name}";
    }

    /// <summary>Go's filepath.Clean: no empty, "." or ".." element that could be resolved.</summary>
    private static string Clean(string path)
    {
        List<string> kept = [];
        bool isRooted = path.StartsWith('/');
        foreach (string element in path.Split('/'))
        {
            if (element is "" or ".")
                continue;
            if (element != "..")
                kept.Add(element);
            else if (kept.Count > 0 && kept[^1] != "..")
                kept.RemoveAt(kept.Count - 1);
            else if (!isRooted)
                kept.Add(element);
        }
        return (isRooted ? "/" : "") + string.Join('/', kept);
    }
}
