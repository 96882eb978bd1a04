using System.Text;

namespace Pods.Shim.Tests;

public sealed class MountWiringTests
{
    private static readonly (string, string)[] _files = [("/etc/hosts", "/b/hosts"), ("/dev/shm", "/b/shm")];

    private const string Hosts = """{"destination":"/etc/hosts","type":"bind","source":"/b/hosts","options":["rbind","rprivate"]}""";
    private const string Shm = """{"destination":"/dev/shm","type":"bind","source":"/b/shm","options":["nosuid","noexec","nodev","rbind","rprivate"]}""";

    [Fact]
    public void Missing_files_are_added_and_a_memory_of_its_own_gives_way() => Assert.Equal(
        $$$"""{ "mounts": [ {"destination":"/proc","type":"proc"}, {{{Shm}}},{{{Hosts}}}], "root": {"path":"rootfs"} }""",
        Wire("""{ "mounts": [ {"destination":"/proc","type":"proc"}, {"type":"tmpfs","destination":"/dev/shm","options":["size=64m"]}], "root": {"path":"rootfs"} }"""));

    [Fact]
    public void What_somebody_has_mounted_there_stays()
    {
        const string config = """{"mounts":[{"destination":"/etc/hosts","type":"bind","source":"/k"},{"destination":"/dev/shm","type":"bind","source":"/v"}]}""";
        Assert.Equal(config, Wire(config));
    }

    [Fact]
    public void First_mount_of_all_has_no_comma_before_it() => Assert.Equal($$"""{"mounts":[{{Hosts}},{{Shm}}]}""", Wire("""{"mounts":[]}"""));

    [Fact]
    public void Read_only_root_has_read_only_files_and_memory_that_can_be_written() => Assert.Equal(
        $$$"""{"root":{"readonly":true},"mounts":[{{{Hosts.Replace("[", "[\"ro\",")}}},{{{Shm}}}]}""", Wire("""{"root":{"readonly":true},"mounts":[]}"""));

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"mounts":null}""")]
    public void Document_without_mounts_stays(string config) => Assert.Equal(config, Wire(config));

    private static string Wire(string config) => Encoding.UTF8.GetString(MountWiring.Wire(Encoding.UTF8.GetBytes(config), _files));
}
