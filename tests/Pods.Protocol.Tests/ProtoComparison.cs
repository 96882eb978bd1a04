namespace Pods.Protocol.Tests;

/// <summary>Our declarations beside those of one or more containerds.</summary>
internal sealed record ProtoComparison(IReadOnlyList<string> Wrong, IReadOnlyList<string> Unknown)
{
    public static ProtoComparison Of(
        IEnumerable<(string Name, string Text)> ours, ILookup<string, (string Text, string Where)> theirs)
    {
        List<string> wrong = [], unknown = [];
        foreach (var (name, text) in ours)
        {
            if (!theirs.Contains(name))
                unknown.Add(name);
            foreach (var their in theirs[name].Where(their => their.Text != text))
                wrong.Add($"{name}: ours is \"{text}\", {their.Where} has \"{their.Text}\"");
        }
        return new(wrong, unknown);
    }
}
