using Cri.Sandbox;
using Google.Protobuf;

namespace Pods.Shim.Tests;

public sealed class SandboxSettingsTests
{
    private const string Network = "/var/run/netns/cni-1";

    [Fact]
    public void Pod_has_namespaces_of_its_own_unless_it_wants_the_machines()
    {
        NamespaceOption all = new() { Network = NamespaceMode.Node, Pid = NamespaceMode.Node, Ipc = NamespaceMode.Node };
        SandboxSettings own = Decode(new()), machine = Decode(Config(all), "");
        Assert.Equal((Network, true, true), (own.Network, own.HasOwnIpc, own.HasOwnPids));
        Assert.Equal((null, false, false), (machine.Network, machine.HasOwnIpc, machine.HasOwnPids));
        Assert.Empty(machine.Sysctls);
        Assert.Equal("0", own.Sysctls["net.ipv4.ip_unprivileged_port_start"]);
    }

    [Fact]
    public void Resolver_is_the_pods_or_else_the_machines()
    {
        Assert.Null(Decode(new()).ResolvConf);
        DNSConfig dns = new() { Servers = { "10.0.0.1", "10.0.0.2" }, Searches = { "a.b", "b" }, Options = { "ndots:5", "edns0" } };
        Assert.Equal("search a.b b\nnameserver 10.0.0.1\nnameserver 10.0.0.2\noptions ndots:5 edns0\n", Decode(new() { DnsConfig = dns }).ResolvConf);
        Assert.Equal("", Decode(new() { DnsConfig = new() }).ResolvConf);
    }

    [Theory]
    [InlineData("net.core.somaxconn", NamespaceMode.Pod, true)]
    [InlineData("net.core.somaxconn", NamespaceMode.Node, false)]
    [InlineData("kernel.shmmax", NamespaceMode.Pod, true)]
    [InlineData("kernel.shmmax", NamespaceMode.Node, false)]
    [InlineData("fs.mqueue.msg_max", NamespaceMode.Pod, true)]
    [InlineData("kernel.panic", NamespaceMode.Pod, false)]
    [InlineData("net/../kernel/panic", NamespaceMode.Pod, false)]
    [InlineData("net...kernel.panic", NamespaceMode.Pod, false)]
    [InlineData("vm.swappiness", NamespaceMode.Pod, false)]
    public void Setting_of_the_machine_is_refused(string key, NamespaceMode mode, bool isTaken)
    {
        PodSandboxConfig config = Config(new() { Network = mode, Ipc = mode });
        config.Linux.Sysctls[key] = "7";
        if (isTaken)
            Assert.Equal("7", Decode(config).Sysctls[key]);
        else
            Assert.Equal($"sysctl \"{key}\" is not in a separate kernel namespace", Assert.Throws<ArgumentException>(() => Decode(config)).Message);
    }

    [Fact]
    public void User_namespace_is_refused() => Assert.Contains("sandboxer = \"podsandbox\"",
        Assert.Throws<ArgumentException>(() => Decode(Config(new() { UsernsOptions = new() { Mode = NamespaceMode.Pod } }))).Message);

    [Theory]
    [InlineData("", "")]
    [InlineData("/kubepods/pod1", "/kubepods/pod1")]
    [InlineData("kubepods-burstable-pod1.slice", "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice")]
    public void Cgroup_is_a_path_or_the_name_of_a_slice(string parent, string path) =>
        Assert.Equal(path, Decode(new() { Linux = new() { CgroupParent = parent } }).CgroupParent);

    [Fact]
    public void Options_of_another_type_are_refused() => Assert.Contains("\"other.Options\"",
        Assert.Throws<ArgumentException>(() => SandboxSettings.Decode(new() { TypeUrl = "other.Options" }, "")).Message);

    private static PodSandboxConfig Config(NamespaceOption namespaces) =>
        new() { Linux = new() { SecurityContext = new() { NamespaceOptions = namespaces } } };

    private static SandboxSettings Decode(PodSandboxConfig config, string network = Network) =>
        SandboxSettings.Decode(new() { TypeUrl = "runtime.v1.PodSandboxConfig", Value = config.ToByteString() }, network);
}
