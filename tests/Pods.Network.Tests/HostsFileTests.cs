namespace Pods.Network.Tests;

public sealed class HostsFileTests
{
    [Fact]
    public void Pod_finds_itself_localhost_and_its_aliases()
    {
        string[] lines = HostsFile.Render(["10.1.0.2", "fd00::2"], "web", null, [("192.0.2.9", ["db", "db.local"])]).Split('\n');

        Assert.Equal(["# Kubernetes-managed hosts file.", "127.0.0.1\tlocalhost"], lines[..2]);
        Assert.Equal(["10.1.0.2\tweb", "fd00::2\tweb", "192.0.2.9\tdb db.local", ""], lines[^4..]);
    }

    [Fact]
    public void Pod_on_the_hosts_network_has_the_hosts_file_and_its_aliases()
    {
        string[] lines = HostsFile.Render([], "web", null, [("192.0.2.9", ["db"])], "127.0.0.1 localhost\n192.0.2.1 host").Split('\n');

        Assert.Equal(["127.0.0.1 localhost", "192.0.2.1 host", "192.0.2.9\tdb", ""], lines[1..]);
        Assert.Equal("# Kubernetes-managed hosts file (host network).", lines[0]);
    }
}
