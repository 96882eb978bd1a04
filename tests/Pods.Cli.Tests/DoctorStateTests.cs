using System.Net.Sockets;
using Pods.Cli.Doctor;
using Pods.Manifests;
using Pods.TestKit;

namespace Pods.Cli.Tests;

/// <summary>`pods doctor` where podsd's settings, the clock, the firewall or what earlier pods have left are what is wrong.</summary>
public sealed class DoctorStateTests : MachineTests
{
    private const string Gone = "0b6f4b8e-1c1d-4c8e-9a55-6f5a55b3a001", Here = "5d1f0c62-7a42-4a3b-8a0b-2f9c1a7be002";

    [Fact]
    public async Task Settings_are_podsds_own_and_the_checks_look_where_they_say()
    {
        await ProgramAsync("usr/bin/podsd",
            """printf 'root: "/srv/pods"\ncontainerd: "/run/other.sock"\nnamespace: "moby"\nruntime: "/opt/shim"\n'""");
        Write("etc/pods/podsd.yaml", "root: /srv/pods\n");
        using Socket socket = Listen("run/other.sock");

        DaemonSettings settings = await DaemonSettings.ReadAsync(Machine, default);
        IReadOnlyList<Finding> runtime = await new RuntimeChecks(Machine, settings).RunAsync(default);

        Assert.Equal(Finding.Ok("configuration", "/etc/pods/podsd.yaml (moved: root, containerd, namespace, runtime)"), settings.Finding);
        Assert.Equal("/var/log/pods", settings["log-dir"]);
        Assert.Equal(Finding.Ok("containerd socket", "/run/other.sock"), runtime[1]);
        Assert.Equal((Verdict.Warning, "moby is Docker's, which takes all in it for its own"), (runtime[2].Verdict, runtime[2].Message));
        Assert.Equal((Verdict.Failure, "there is no such program"), (runtime[3].Verdict, runtime[3].Message));
    }

    [Fact]
    public async Task Wrong_setting_is_a_failure_with_its_line()
    {
        await ProgramAsync("usr/bin/podsd", "echo 'podsd: /etc/pods/podsd.yaml:3: unknown key \"rot\"' >&2; exit 2");

        Finding finding = (await DaemonSettings.ReadAsync(Machine, default)).Finding;

        Assert.Equal((Verdict.Failure, "/etc/pods/podsd.yaml:3: unknown key \"rot\""), (finding.Verdict, finding.Message));
        Assert.Equal("correct /etc/pods/podsd.yaml; systemctl restart podsd", finding.Remedy);
    }

    [Theory]
    [InlineData("exit 1", nameof(Verdict.Failure), "k8s.io cannot be listed: exit 1")]
    [InlineData("echo 'ctr: rpc error: broken' >&2; exit 1", nameof(Verdict.Failure), "k8s.io cannot be listed: ctr: rpc error: broken")]
    [InlineData("echo 'dial: permission denied' >&2; exit 1", nameof(Verdict.Warning), "k8s.io is for root only: not looked into")]
    public async Task Namespace_that_cannot_be_listed_is_told_with_containerds_reason(string script, string verdict, string message)
    {
        await ProgramAsync("usr/bin/ctr", script);
        using Socket socket = Listen("run/containerd/containerd.sock");

        Finding finding = (await new RuntimeChecks(Machine, DaemonSettings.Usual).RunAsync(default))[2];

        Assert.Equal((verdict, message), (finding.Verdict.ToString(), finding.Message));
        Assert.NotNull(finding.Remedy);
    }

    [Theory]
    [InlineData(false, "", nameof(Verdict.Warning), "apt install systemd-timesyncd")]
    [InlineData(false, "usr/lib/systemd/systemd-timesyncd", nameof(Verdict.Warning), "timedatectl set-ntp true")]
    [InlineData(false, "usr/sbin/chronyd", nameof(Verdict.Warning), "systemctl enable --now chrony")]
    [InlineData(true, "", nameof(Verdict.Ok), null)]
    [InlineData(null, "", nameof(Verdict.Ok), null)]
    public void Clock_that_nobody_keeps_is_a_warning_and_who_could_keep_it_the_remedy(bool? isKept, string program, string verdict, string? remedy)
    {
        if (program.Length > 0)
            Write(program, "");
        Machine machine = MachineWith(isKept);

        Finding finding = new StorageChecks(machine, DaemonSettings.Usual, TimeProvider.System).Run()[^1];

        Assert.Equal((verdict, remedy), (finding.Verdict.ToString(), finding.Remedy));
    }

    [Theory]
    [InlineData("-P FORWARD ACCEPT", "", "", nameof(Verdict.Ok), null)]
    [InlineData("-P FORWARD DROP", "firewall", "", nameof(Verdict.Ok), null)]
    [InlineData("-P FORWARD DROP", "", "", nameof(Verdict.Warning), "apt install containernetworking-plugins")]
    [InlineData("-P FORWARD DROP", "firewall", """{"plugins": [{"type": "bridge"}]}""", nameof(Verdict.Warning),
        "add {\"type\": \"firewall\"} to the plugins in /etc/cni/net.d")]
    [InlineData("-P FORWARD DROP", "firewall", """{"plugins": [{"type": "bridge"}, {"type": "firewall"}]}""", nameof(Verdict.Ok), null)]
    [InlineData("-P FORWARD DROP", "", """{"plugins": [{"type": "calico"}]}""", nameof(Verdict.Ok), null)]
    public async Task Forwarding_that_is_forbidden_needs_a_plugin_that_lets_pods_through(
        string policy, string plugin, string network, string verdict, string? remedy)
    {
        await ProgramAsync("usr/sbin/iptables", $"echo '{policy}'");
        if (plugin.Length > 0)
            Write("usr/lib/cni/" + plugin, "");
        if (network.Length > 0)
            Write("etc/cni/net.d/10-a.conflist", network);

        Finding finding = (await new NetworkChecks(Machine, DaemonSettings.Usual).RunAsync(default))[^1];

        Assert.Equal((verdict, remedy), (finding.Verdict.ToString(), finding.Remedy));
    }

    [Fact]
    public async Task What_pods_that_are_gone_have_left_is_told_with_what_removes_it()
    {
        await ProgramAsync("usr/bin/ctr", """
            case "$*" in
            *'labels."io.pods.root"=="/var/lib/pods",labels."io.kubernetes.pod.uid"!="5d1f0c62-7a42-4a3b-8a0b-2f9c1a7be002"') echo orphan ;;
            *) echo orphan; echo 0123456789abcdef ;;
            esac
            """);
        Write($"run/pods/pods/{Gone}/hosts", "");
        Write($"run/pods/pods/{Here}/hosts", "");
        Write("run/netns/pods-0123456789ab", "");
        Write("run/netns/pods-fedcba987654", "");
        Write("run/netns/pods-aaaaaaaaaaaa", "");
        Write("var/lib/pods/network/aaaaaaaaaaaabbbb.json", "");
        Write("run/netns/other", "");
        Write($"sys/fs/cgroup/pods/burstable/pod{Gone}/cgroup.events", "populated 0\nfrozen 0\n");
        Write($"sys/fs/cgroup/pods/burstable/pod{Here}/cgroup.events", "populated 0\n");
        Write("sys/fs/cgroup/pods/podofanother/cgroup.events", "populated 1\nfrozen 0\n");
        string slice = $"pods-pod{Gone.Replace('-', '_')}.slice", ours = $"pods-pod{Here.Replace('-', '_')}.slice";
        Write($"sys/fs/cgroup/pods.slice/{slice}/cgroup.events", "populated 0\n");
        Write($"sys/fs/cgroup/pods.slice/{ours}/cgroup.events", "populated 0\n");

        Finding finding = await Leftovers(Here);

        Assert.Equal(Verdict.Warning, finding.Verdict);
        Assert.Equal([
            $"directory /run/pods/pods/{Gone}", "container orphan", "network namespace /run/netns/pods-fedcba987654",
            $"slice {slice}", $"cgroup /sys/fs/cgroup/pods/burstable/pod{Gone}",
        ], finding.Message.Split(", "));
        Assert.Equal([
            "systemctl restart podsd", "ip netns delete pods-fedcba987654", $"systemctl stop {slice}",
            $"find /sys/fs/cgroup -depth -type d -path '*/pod{Gone}*' -exec rmdir {{}} +",
        ], finding.Remedy!.Split("; "));
    }

    [Theory]
    [InlineData("", nameof(Verdict.Warning))]
    [InlineData("4711\n", nameof(Verdict.Ok))]
    public async Task Cgroup_of_v1_is_left_over_when_no_process_is_in_it_nor_below_it(string processes, string verdict)
    {
        Write($"sys/fs/cgroup/memory/pods/besteffort/pod{Gone}/cgroup.procs", "");
        Write($"sys/fs/cgroup/memory/pods/besteffort/pod{Gone}/one/cgroup.procs", processes);

        Assert.Equal(verdict, (await Leftovers()).Verdict.ToString());
    }

    [Fact]
    public async Task Pod_that_comes_between_two_looks_has_left_nothing()
    {
        Write($"run/pods/pods/{Gone}/hosts", "");
        int looks = 0;

        Finding finding = await new LeftoverCheck(Machine, DaemonSettings.Usual,
            () => Task.FromResult<IReadOnlyList<Pod>>(looks++ == 0 ? [] : [WithUid(Gone)])).RunAsync(default);

        Assert.Equal(Finding.Ok("leftover state", "none"), finding);
    }

    private Task<Finding> Leftovers(params string[] uids) =>
        new LeftoverCheck(Machine, DaemonSettings.Usual, () => Task.FromResult<IReadOnlyList<Pod>>([.. uids.Select(WithUid)])).RunAsync(default);

    private static Pod WithUid(string uid) => new() { Metadata = new() { Uid = uid } };
}
