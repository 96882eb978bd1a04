using System.Globalization;

namespace Pods.Manifests;

/// <summary>
/// An amount of a resource, such as <c>100m</c> cpu or <c>64Mi</c> memory. It keeps the text that it was given as;
/// equality is by amount. Source of the grammar: the API conventions of Kubernetes' resource.Quantity.
/// </summary>
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    // In thousandths, the smallest step that Kubernetes' rounding keeps for the resources known here.
    private readonly decimal _thousandths;
    private readonly string? _text;

    private Quantity(decimal thousandths, string text) => (_thousandths, _text) = (thousandths, text);

    /// <summary>In whole units, rounded up: bytes of memory, cores of cpu.</summary>
    public long Value => ToLong(_thousandths / 1000);

    /// <summary>In thousandths, rounded up: what cpu is counted in.</summary>
    public long MilliValue => ToLong(_thousandths);

    public static Quantity FromBytes(long bytes) => new(bytes * 1000m, bytes.ToString(CultureInfo.InvariantCulture));

    public static Quantity operator +(Quantity left, Quantity right) => OfThousandths(left._thousandths + right._thousandths);

    public static Quantity operator -(Quantity left, Quantity right) => OfThousandths(left._thousandths - right._thousandths);

    /// <summary>How many times the other; the other is not zero.</summary>
    public decimal DividedBy(Quantity other) => _thousandths / other._thousandths;

    public static bool TryParse(string? text, out Quantity quantity)
    {
        quantity = default;
        if (string.IsNullOrEmpty(text))
            return false;
        int end = NumberLength(text);
        if (end == 0 || Factor(text.AsSpan(end)) is not { } factor)
            return false;
        if (!decimal.TryParse(text.AsSpan(0, end), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture, out decimal number))
            return false;
        try
        {
            quantity = new(number * factor * 1000, text);
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    public int CompareTo(Quantity other) => _thousandths.CompareTo(other._thousandths);

    public bool Equals(Quantity other) => _thousandths == other._thousandths;

    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    public override int GetHashCode() => _thousandths.GetHashCode();

    public override string ToString() => _text ?? "0";

    public static bool operator ==(Quantity left, Quantity right) => left.Equals(right);
    public static bool operator !=(Quantity left, Quantity right) => !left.Equals(right);
    public static bool operator <(Quantity left, Quantity right) => left.CompareTo(right) < 0;
    public static bool operator >(Quantity left, Quantity right) => left.CompareTo(right) > 0;
    public static bool operator <=(Quantity left, Quantity right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Quantity left, Quantity right) => left.CompareTo(right) >= 0;

    /// <summary>With the largest binary suffix that leaves a whole number, as sums are read most easily.</summary>
    private static Quantity OfThousandths(decimal thousandths)
    {
        if (thousandths != decimal.Truncate(thousandths / 1000) * 1000)
            return new(thousandths, decimal.Ceiling(thousandths).ToString(CultureInfo.InvariantCulture) + "m");
        decimal whole = thousandths / 1000;
        string[] suffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
        int power = 0;
        while (power < suffixes.Length - 1 && whole != 0 && whole % 1024 == 0)
            (whole, power) = (whole / 1024, power + 1);
        return new(thousandths, whole.ToString("0", CultureInfo.InvariantCulture) + suffixes[power]);
    }

    private static int NumberLength(string text)
    {
        int i = text[0] is '+' or '-' ? 1 : 0, digits = 0;
        for (; i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.'); i++)
            digits += text[i] == '.' ? 0 : 1;
        return digits == 0 ? 0 : i;
    }

    private static decimal? Factor(ReadOnlySpan<char> suffix) => suffix switch
    {
        "" => 1m,
        "n" => 0.000_000_001m,
        "u" => 0.000_001m,
        "m" => 0.001m,
        "k" => 1_000m,
        "M" => 1_000_000m,
        "G" => 1_000_000_000m,
        "T" => 1_000_000_000_000m,
        "P" => 1_000_000_000_000_000m,
        "E" => 1_000_000_000_000_000_000m,
        "Ki" => 1L << 10,
        "Mi" => 1L << 20,
        "Gi" => 1L << 30,
        "Ti" => 1L << 40,
        "Pi" => 1L << 50,
        "Ei" => 1L << 60,
        _ => Exponent(suffix),
    };

    private static decimal? Exponent(ReadOnlySpan<char> suffix)
    {
        if (suffix[0] is not ('e' or 'E')
            || !int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int exponent)
            || exponent is < -9 or > 18)
            return null;
        decimal factor = 1;
        for (int i = 0; i < Math.Abs(exponent); i++)
            factor = exponent > 0 ? factor * 10 : factor / 10;
        return factor;
    }

    private static long ToLong(decimal amount) =>
        (long)Math.Clamp(Math.Ceiling(amount), long.MinValue, long.MaxValue);
}
