using System.Text;

namespace Pods.Shim.Tests;

public sealed class ExecSpecTests
{
    [Theory]
    [InlineData("""{"args":["sh"],"terminal":false,"cwd":"/"}""", true, """{"args":["sh"],"terminal":true,"cwd":"/"}""")]
    [InlineData("""{ "terminal" : true }""", false, """{ "terminal" : false }""")]
    [InlineData("""{"args":["sh"]}""", true, """{"terminal":true,"args":["sh"]}""")]
    [InlineData("""{}""", false, """{"terminal":false}""")]
    [InlineData("""{"user":{"terminal":1},"x":[{"terminal":2}]}""", true, """{"terminal":true,"user":{"terminal":1},"x":[{"terminal":2}]}""")]
    public void Request_decides_about_the_terminal_and_the_rest_stays(string process, bool hasTerminal, string expected)
    {
        Assert.Equal(expected, Encoding.UTF8.GetString(ExecSpec.WithTerminal(Encoding.UTF8.GetBytes(process), hasTerminal)));
    }

    [Fact]
    public void Process_that_is_no_object_is_refused()
    {
        Assert.Throws<FormatException>(() => ExecSpec.WithTerminal("[]"u8, true));
    }
}
