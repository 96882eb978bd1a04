using System.Text;

namespace Pods.Shim.Tests;

public sealed class ShimOptionsTests
{
    [Fact]
    public void Options_survive_their_file()
    {
        ShimOptions options = new() { BinaryName = "/usr/bin/crun", SystemdCgroup = true, IoUid = 7, Root = "/r", NoPivotRoot = true, ShimCgroup = "/s" };
        Assert.Equal(options, ShimOptions.FromJson(options.ToJson()));
    }

    [Theory]
    [InlineData("a\"b\\c")]
    [InlineData("line\nend\u0001")]
    [InlineData("über/\ud83d\ude00")]
    public void Text_of_any_kind_survives_the_file(string root) =>
        Assert.Equal(new() { Root = root }, ShimOptions.FromJson(new ShimOptions { Root = root }.ToJson()));

    [Fact]
    public void Zero_values_are_absent_from_the_file()
    {
        Assert.Equal("""{"binary_name":"crun"}""", Encoding.UTF8.GetString(new ShimOptions { BinaryName = "crun" }.ToJson()));
    }

    [Fact]
    public void File_of_another_shim_is_read_for_what_is_known()
    {
        Assert.Equal(new() { Root = "/r" }, ShimOptions.FromJson("""{"root":"/r","task_api_version":3,"systemd_cgroup":false,"later":{"a":[1]}}"""u8));
    }

    [Fact]
    public void Toml_of_cri_is_understood()
    {
        ShimOptions options = ShimOptions.FromToml("""
            # what CRI sends
            BinaryName = "/usr/bin/\"crun\""   # a comment
            Root = '/run/c#run'
            systemdcgroup = true
            IoUid = 1_000
            Unknown = "x"
            List = ["a"]

            [table]
            BinaryName = "other"
            """);
        Assert.Equal(new() { BinaryName = "/usr/bin/\"crun\"", Root = "/run/c#run", SystemdCgroup = true, IoUid = 1000 }, options);
    }

    [Theory]
    [InlineData("BinaryName", "runtime options: line 1: \"BinaryName\" is not key = value")]
    [InlineData("A = 1\nB = \"x", "runtime options: line 2: \"x has no closing quote")]
    [InlineData("B = yes", "runtime options: line 1: \"yes\" is not a value")]
    [InlineData("IoUid = -1", "runtime options: IoUid cannot be -1")]
    [InlineData("SystemdCgroup = \"true\"", "runtime options: SystemdCgroup cannot be \"true\"")]
    public void Bad_toml_is_refused_with_its_line(string text, string message)
    {
        Assert.Equal(message, Assert.Throws<FormatException>(() => ShimOptions.FromToml(text)).Message);
    }
}
