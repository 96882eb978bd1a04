namespace Pods.Shim.Tests;

public sealed class ShimFlagsTests
{
    [Fact]
    public void Command_line_of_the_daemon_is_understood()
    {
        ShimFlags flags = ShimFlags.Parse(["-namespace", "k8s.io", "-address", "/run/c.sock", "-publish-binary", "/usr/bin/containerd",
            "-id", "web", "-bundle", "/b", "-debug", "start"]);
        Assert.Equal(new() { Namespace = "k8s.io", Address = "/run/c.sock", Id = "web", Bundle = "/b", Debug = true, Action = "start" }, flags);
    }

    [Theory]
    [InlineData("-namespace=n")]
    [InlineData("--namespace=n")]
    [InlineData("--namespace", "n")]
    public void Flag_may_be_written_in_each_of_gos_ways(params string[] arguments)
    {
        Assert.Equal("n", ShimFlags.Parse(arguments).Namespace);
    }

    [Fact]
    public void What_follows_the_action_is_ignored()
    {
        Assert.Equal("delete", ShimFlags.Parse(["-id", "a", "delete", "--wat"]).Action);
    }

    [Theory]
    [InlineData("unknown flag \"-wat\"", "-wat")]
    [InlineData("flag \"-id\" needs a value", "-id")]
    public void Bad_flag_is_refused_by_name(string message, params string[] arguments)
    {
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => ShimFlags.Parse(arguments)).Message);
    }
}
