using System.Net.Sockets;
using Pods.Cli.Client;
using Pods.Cli.Doctor;
using Pods.TestKit;

namespace Pods.Cli.Tests;

/// <summary>`pods doctor` on machines made of a directory each.</summary>
public sealed class DoctorTests : MachineTests
{
    [Fact]
    public async Task BareMachine_fails_with_a_remedy_for_each_failure()
    {
        IReadOnlyList<Finding> findings =
        [
            .. await new RuntimeChecks(Machine, DaemonSettings.Usual).RunAsync(default), .. new KernelChecks(Machine).Run(),
            .. await new NetworkChecks(Machine, DaemonSettings.Usual).RunAsync(default),
        ];

        Assert.Equal(["containerd", "containerd socket", "runtime io.containerd.pods.v1", "OCI runtime", "namespaces", "CNI plugins", "iptables"],
            findings.Where(f => f.Verdict == Verdict.Failure).Select(f => f.Check));
        Assert.All(findings.Where(f => f.Verdict != Verdict.Ok), f => Assert.False(string.IsNullOrEmpty(f.Remedy)));
        Assert.Equal("apt install containerd", findings[0].Remedy);
    }

    [Fact]
    public async Task Whole_runtime_is_ok_with_its_versions()
    {
        await ProgramAsync("usr/bin/containerd", "echo 'containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u1'");
        await ProgramAsync("usr/sbin/runc", "echo 'runc version 1.1.5+ds1'");
        await ProgramAsync("usr/bin/crun", "echo 'crun version 1.8.1'");
        await ProgramAsync("usr/bin/containerd-shim-pods-v1", "echo ''");
        await ProgramAsync("usr/bin/ctr", "echo one; echo two");
        using Socket socket = Listen("run/containerd/containerd.sock");

        IReadOnlyList<Finding> findings = await new RuntimeChecks(Machine, DaemonSettings.Usual).RunAsync(default);

        Assert.All(findings, f => Assert.Equal(Verdict.Ok, f.Verdict));
        Assert.StartsWith("1.6.20~ds1 (", findings[0].Message);
        Assert.Equal("k8s.io, 2 containers", findings[2].Message);
        Assert.Equal("runc 1.1.5+ds1, crun 1.8.1", findings[4].Message);
    }

    [SkippableTheory]
    [InlineData("", "the machine's, and their own with hostUsers: false")]
    [InlineData("exit 1", "the machine's: pods with hostUsers: false are refused, runc mounts nothing with mapped ids (runc does since 1.2, crun since 1.9)")]
    public async Task Whether_pods_can_have_users_of_their_own_is_what_the_runtime_says(string script, string expected)
    {
        Skip.If(Environment.OSVersion.Version < new Version(6, 3), "needs Linux 6.3, whose tmpfs maps ids");
        await ProgramAsync("usr/sbin/runc", script.Length > 0 ? script
            : "[ \"$1\" = features ] && echo '{\"linux\": {\"mountExtensions\": {\"idmap\": {\"enabled\": true}}}}'");

        Finding finding = (await new RuntimeChecks(Machine, DaemonSettings.Usual).RunAsync(default)).Single(f => f.Check == "users of pods");

        Assert.Equal(Finding.Ok("users of pods", expected), finding);
    }

    [Fact]
    public async Task Containerd_too_old_is_a_failure_that_names_both_versions()
    {
        await ProgramAsync("usr/bin/containerd", "echo 'containerd github.com/containerd/containerd v1.5.9 abc'");

        Finding finding = (await new RuntimeChecks(Machine, DaemonSettings.Usual).RunAsync(default))[0];

        Assert.Equal((Verdict.Failure, "1.5.9 is older than 1.6"), (finding.Verdict, finding.Message));
    }

    [Theory]
    [InlineData("""{"name": "n", "plugins": [{"type": "bridge"}]}""", nameof(Verdict.Ok), "/etc/cni/net.d/10-a.conflist (bridge)")]
    [InlineData("""{"name": "n", "type": "flannel"}""", nameof(Verdict.Failure), "/etc/cni/net.d/10-a.conflist uses flannel, which is not installed")]
    [InlineData("""{"name": "n", "plugins": [{}]}""", nameof(Verdict.Failure), "/etc/cni/net.d/10-a.conflist names a plugin without a type")]
    [InlineData("""{"name": """, nameof(Verdict.Failure), "/etc/cni/net.d/10-a.conflist is no network configuration")]
    [InlineData("[1]", nameof(Verdict.Failure), "/etc/cni/net.d/10-a.conflist is no network configuration")]
    public async Task Cni_configuration_is_held_against_the_plugins_that_there_are(string json, string verdict, string message)
    {
        Write("usr/lib/cni/bridge", "");
        Write("etc/cni/net.d/10-a.conflist", json);

        Finding finding = (await new NetworkChecks(Machine, DaemonSettings.Usual).RunAsync(default))[1];

        Assert.Equal((verdict, message), (finding.Verdict.ToString(), finding.Message));
    }

    [Theory]
    [InlineData("cpuset cpu io memory pids", nameof(Verdict.Ok))]
    [InlineData("cpuset cpu io pids", nameof(Verdict.Warning))]
    public void Cgroup_controllers_of_v2_are_read(string controllers, string verdict)
    {
        Write("sys/fs/cgroup/cgroup.controllers", controllers + "\n");

        Assert.Equal(verdict, new KernelChecks(Machine).Run()[0].Verdict.ToString());
    }

    [Fact]
    public void Cgroup_controllers_of_v1_that_are_mounted_nowhere_are_missing()
    {
        Write("proc/cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t4\t9\t1\nmemory\t0\t9\t1\npids\t5\t9\t1\n");

        Finding finding = new KernelChecks(Machine).Run()[0];

        Assert.Equal("v1 without memory: limits of that kind cannot be set", finding.Message);
    }

    [Theory]
    [InlineData(64L << 20, nameof(Verdict.Failure))]
    [InlineData(1L << 30, nameof(Verdict.Warning))]
    [InlineData(3L << 30, nameof(Verdict.Ok))]
    public void Space_is_judged_by_what_is_left(long free, string verdict) =>
        Assert.Equal(verdict, StorageChecks.Judge("space", "", free, "rm").Verdict.ToString());

    [Fact]
    public async Task Daemon_that_is_not_there_is_a_failure_and_the_exit_code_says_so()
    {
        StringWriter output = new(), error = new();

        string[] words = ["doctor", "--json", "--socket", PathOf("none.sock")];
        int code = await CommandLine.RunAsync(words, new(output, error, IsOutputTerminal: false));

        Assert.Equal(1, code);
        Assert.Contains("\"check\": \"podsd\",\n    \"verdict\": \"failure\"", output.ToString());
        using PodsClient client = new(PathOf("none.sock"));
        Assert.Equal("systemctl start podsd", Assert.Single(await new DaemonChecks(Machine, DaemonSettings.Usual, client).RunAsync(default)).Remedy);
    }
}
