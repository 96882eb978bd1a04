namespace Pods.Manifests.Tests;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("100m", 1, 100)]
    [InlineData("1", 1, 1000)]
    [InlineData("1.5", 2, 1500)]
    [InlineData("0.5", 1, 500)]
    [InlineData("64Mi", 64L << 20, (64L << 20) * 1000)]
    [InlineData("1G", 1_000_000_000, 1_000_000_000_000)]
    [InlineData("1e3", 1000, 1_000_000)]
    [InlineData("12E-1", 2, 1200)]
    [InlineData("1u", 1, 1)]
    [InlineData("-1", -1, -1000)]
    [InlineData("8Ei", long.MaxValue, long.MaxValue)]
    public void Amount_is_rounded_up_to_whole_units_and_thousandths(string text, long value, long milli)
    {
        Assert.True(Quantity.TryParse(text, out Quantity quantity));

        Assert.Equal((value, milli, text), (quantity.Value, quantity.MilliValue, quantity.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("1mi")]
    [InlineData("1 Gi")]
    [InlineData("0x10")]
    [InlineData("1..5")]
    [InlineData("1e99")]
    [InlineData("99999999999999999999999999Ei")]
    [InlineData("٣")]
    public void Text_that_is_no_amount_is_refused(string text) => Assert.False(Quantity.TryParse(text, out _));

    [Fact]
    public void Equality_is_by_amount()
    {
        Quantity.TryParse("1", out Quantity one);
        Quantity.TryParse("1000m", out Quantity thousand);

        Assert.True(one == thousand && one.GetHashCode() == thousand.GetHashCode() && !(one < thousand));
    }
}
