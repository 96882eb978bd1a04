using Pods.Manifests;

namespace Pods.Cli;

/// <summary>
/// The words after a verb as kubectl takes them: <c>pods web db</c>, <c>pod/web</c>; and, since there are only pods here, <c>web</c>.
/// </summary>
internal static class ResourceArguments
{
    private static readonly string[] Kinds = ["pods", "pod", "po"];

    public static IReadOnlyList<string> Names(IReadOnlyList<string> words)
    {
        IEnumerable<string> rest = words.Count > 0 && Kinds.Contains(words[0]) ? words.Skip(1) : words;
        return [.. rest.Select(Name)];
    }

    /// <summary>Where the words are about ConfigMaps, Secrets, claims or policies: which, and their names; null where they are about pods.</summary>
    public static (SupportingKind Kind, IReadOnlyList<string> Names)? Supporting(IReadOnlyList<string> words)
    {
        if (words.Count == 0)
            return null;
        if (SupportingKind.Find(words[0]) is { } kind)
            return (kind, [.. words.Skip(1)]);
        if (words[0].IndexOf('/') is not (> 0 and var slash) || SupportingKind.Find(words[0][..slash]) is not { } named)
            return null;
        return words.All(w => w.IndexOf('/') is > 0 and var at && SupportingKind.Find(w[..at]) == named)
            ? (named, [.. words.Select(w => w[(w.IndexOf('/') + 1)..])])
            : throw new CliException("error: one kind of objects at a time", CliException.Usage);
    }

    /// <summary>Where the words are about Deployments, DaemonSets or Jobs: which, and their names; null where they are not.</summary>
    public static (WorkloadKind Kind, IReadOnlyList<string> Names)? Workloads(IReadOnlyList<string> words)
    {
        if (words.Count == 0)
            return null;
        if (WorkloadKind.Find(words[0]) is { } kind)
            return (kind, [.. words.Skip(1)]);
        if (words[0].IndexOf('/') is not (> 0 and var slash) || WorkloadKind.Find(words[0][..slash]) is not { } named)
            return null;
        return words.All(w => w.IndexOf('/') is > 0 and var at && WorkloadKind.Find(w[..at]) == named)
            ? (named, [.. words.Select(w => w[(w.IndexOf('/') + 1)..])])
            : throw new CliException("error: one kind of objects at a time", CliException.Usage);
    }

    public static string Name(string word)
    {
        int slash = word.IndexOf('/');
        if (slash < 0)
            return word;
        return Kinds.Contains(word[..slash])
            ? word[(slash + 1)..]
            : throw new CliException($"error: the server doesn't have a resource type \"{word[..slash]}\"", CliException.Usage);
    }
}
