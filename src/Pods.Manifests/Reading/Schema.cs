namespace Pods.Manifests.Reading;

/// <summary>What a field's value must be.</summary>
internal enum FieldKind
{
    Text,
    Boolean,
    Integer,
    /// <summary>An integer of Kubernetes' type int32.</summary>
    Integer32,
    /// <summary>Kubernetes' IntOrString.</summary>
    IntegerOrText,
    Quantity,
    Time,
    Object,
    /// <summary>Taken as it is, checked by nobody: what the server writes itself.</summary>
    Anything,
}

/// <summary>Whether a single value, a list of them or a map from text to them.</summary>
internal enum FieldShape
{
    One,
    List,
    Map,
}

/// <summary>What Pods does with a field; the support table of the documentation is made of it.</summary>
internal enum Support
{
    Enforced,
    /// <summary>Taken, but what comes of it is not what a cluster would make of it; the note says what. Its user is warned.</summary>
    Different,
    /// <summary>The server's to write: whatever a client sends there is not looked at.</summary>
    Ignored,
    /// <summary>Known to Kubernetes and refused here; the note says why, where the reason is not that it has not been built.</summary>
    Refused,
}

/// <summary>One field of an object type.</summary>
internal sealed record Field(
    string Name, FieldKind Kind, FieldShape Shape = FieldShape.One, Support Support = Support.Enforced, Schema? Type = null, string? Note = null)
{
    public Field Differs(string note) => this with { Support = Support.Different, Note = note };

    public string Refusal => Note is null ? "is not supported yet" : $"is not supported: {Note}";
}

/// <summary>The fields of an object type that Kubernetes knows.</summary>
internal sealed class Schema(params IEnumerable<Field>[] fields)
{
    private readonly Dictionary<string, Field> _fields = fields.SelectMany(f => f).ToDictionary(f => f.Name);

    /// <summary>Whether exactly one of the fields is to be set: with a refused one there, none is missing.</summary>
    public bool IsChoice { get; init; }

    public IEnumerable<Field> Fields => _fields.Values;

    public Field? Find(string name) => _fields.GetValueOrDefault(name);

    /// <summary>The field that was probably meant: the same but for case, or one or two letters away.</summary>
    public string? Suggest(string name) => _fields.Keys
        .Select(known => (known, Distance: Distance(known.ToLowerInvariant(), name.ToLowerInvariant())))
        .Where(c => c.Distance <= Math.Min(2, name.Length / 3))
        .OrderBy(c => c.Distance)
        .Select(c => c.known)
        .FirstOrDefault();

    // Levenshtein's distance, one row at a time.
    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
