namespace Pods.House.Tests;

public sealed class CodeTextTests
{
    [Theory]
    [InlineData("a // b\nc", "a     \nc")]
    [InlineData("a /* b\n c */ d", "a     \n      d")]
    [InlineData("f(\"//\", x)", "f(    , x)")]
    [InlineData("f(\"\\\"//\") + g", "f(      ) + g")]
    [InlineData("f(@\"\\\", x)", "f(    , x)")]
    [InlineData("f(@\"a\"\"b\") + g", "f(       ) + g")]
    [InlineData("f($\"{g(\"}\")} {{\") + h", "f(              ) + h")]
    [InlineData("f('\"', x)", "f(   , x)")]
    [InlineData("f('\\'', x)", "f(    , x)")]
    [InlineData("f(\"\"\"a \" b\"\"\", x)", "f(           , x)")]
    public void Comments_and_strings_are_blank_and_code_stays_in_place(string text, string code) =>
        Assert.Equal(code, CodeText.Of(text));
}
