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
