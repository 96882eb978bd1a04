namespace Pods.Shim.Tests;

public sealed class RuncLogTests
{
    [Fact]
    public void Last_error_wins_over_warnings_and_earlier_errors()
    {
        Assert.Equal("second", RuncLog.LastError("""
            {"level":"error","msg":"first","time":"t"}
            {"level":"warning","msg":"only a warning","time":"t"}
            {"msg":"second","level":"error"}
            {"level":"warning","msg":"after"}
            {"level":"error","msg":"cut of
            """u8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("runc: not json at all\n")]
    [InlineData("[1]\n{}\n{\"level\":7,\"msg\":{\"a\":1}}")]
    public void Log_without_an_error_has_none(string log)
    {
        Assert.Null(RuncLog.LastError(System.Text.Encoding.UTF8.GetBytes(log)));
    }

    [Theory]
    // As runc 1.1.5 and crun 1.8.1 print them.
    [InlineData("container does not exist", "Gone")]
    [InlineData("os: process already finished", "Gone")]
    [InlineData("error opening file `/run/crun/nothere/status`: No such file or directory", "Gone")]
    [InlineData("container not running", "NotRunning")]
    [InlineData("cannot exec in a stopped container: container not running", "NotRunning")]
    [InlineData("container with given ID already exists", "AlreadyExists")]
    [InlineData("container `web` already exists", "AlreadyExists")]
    [InlineData("exec: \"/nope\": stat /nope: no such file or directory: unknown", "Other")]
    public void Prose_of_each_runtime_has_its_meaning(string message, string meaning)
    {
        Assert.Equal(Enum.Parse<RuncFailure>(meaning), RuncLog.Meaning(message));
    }
}
