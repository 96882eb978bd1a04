using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Under which rights containers run, as /proc and the kernel say inside, and what the node refuses.</summary>
public sealed class SecurityTests
{
    [SkippableFact]
    public async Task Rights_are_in_force_inside()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Two("rights", Manifest.Forever, Manifest.Forever, """
            securityContext: {runAsUser: 1000, runAsGroup: 3000, supplementalGroups: [4000], fsGroup: 5000}
            """, """
            securityContext:
              capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
              allowPrivilegeEscalation: false
              readOnlyRootFilesystem: true
            """, "securityContext: {runAsUser: 0, seccompProfile: {type: Unconfined}}"), "rights");

        string first = await podsd.ExecAsync("rights", "first", "cat", "/proc/1/status"), second = await podsd.ExecAsync("rights", "second", "cat", "/proc/1/status");

        // The group 2000 is what the image's /etc/group gives the user.
        Assert.Matches(@"Uid:\s1000\s1000", first);
        Assert.Matches(@"Gid:\s3000\s3000", first);
        Assert.Matches(@"Groups:\s2000 3000 4000 5000", first);
        Assert.Matches(@"CapBnd:\s0000000000000400", first);
        Assert.Matches(@"NoNewPrivs:\s1", first);
        Assert.Matches(@"Seccomp:\s2", first);
        Assert.Matches(@"Uid:\s0\s0", second);
        Assert.Matches(@"Seccomp:\s0", second);
        Assert.Matches(@"NoNewPrivs:\s0", second);
        Assert.NotEqual(0, (await podsd.PodsAsync("exec", "rights", "-c", "first", "--", "touch", "/tmp/file")).ExitCode);
    }

    [SkippableFact]
    public async Task Strict_policy_leaves_out_the_groups_of_the_image()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("strict", Manifest.Forever,
            "securityContext: {runAsUser: 1000, supplementalGroups: [4000], supplementalGroupsPolicy: Strict}"), "strict");

        Assert.Matches(@"Groups:\s1001 4000", await podsd.ExecAsync("strict", "main", "cat", "/proc/1/status"));
    }

    [SkippableFact]
    public async Task Image_that_would_run_as_root_is_not_started_where_root_is_excluded()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("root", Manifest.Forever, "securityContext: {runAsNonRoot: true}"));

        JsonNode pod = await podsd.WaitForAsync("root",
            p => PodsDaemon.FindContainerStatus(p, "main")?["state"]?["waiting"]?["reason"]?.GetValue<string>() == "CreateContainerConfigError", "refused");

        Assert.Contains("container has runAsNonRoot and image will run as root",
            PodsDaemon.ContainerStatus(pod, "main")["state"]!["waiting"]!["message"]!.GetValue<string>());
    }

    [SkippableFact]
    public async Task Privileged_container_has_the_devices_of_the_machine_and_another_has_not()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Two("devices", Manifest.Forever, Manifest.Forever,
            firstLines: "securityContext: {privileged: true}"), "devices");
        string[] expected = [.. Directory.GetFiles("/dev").Where(f => File.GetUnixFileMode(f) != 0 && Kind(f) is "character special file" or "block special file")
            .Select(f => Path.GetFileName(f)!).Where(n => n != "console")];

        string first = await podsd.ExecAsync("devices", "first", "ls", "/dev"), second = await podsd.ExecAsync("devices", "second", "ls", "/dev");

        Assert.All(expected, device => Assert.Contains(device, first.Split('\n')));
        Assert.DoesNotContain("kmsg\n", second);

        static string Kind(string path) => Command.RunAsync("stat", ["-c", "%F", path]).GetAwaiter().GetResult().Output.Trim();
    }

    [SkippableFact]
    public async Task Sysctls_and_the_whole_name_are_the_pods()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { Arguments = ["--unsafe-sysctls", "net.core.*", "--cluster-domain", "pods.test"] });
        await podsd.RunPodAsync(Manifest.Of("named", Manifest.Forever, """
            hostname: web
            subdomain: shop
            setHostnameAsFQDN: true
            securityContext: {sysctls: [{name: net.core.somaxconn, value: "777"}, {name: net.ipv4.ip_unprivileged_port_start, value: "99"}]}
            """), "named");

        Assert.Equal("777\n99\n", await podsd.ExecAsync("named", "main", "cat",
            "/proc/sys/net/core/somaxconn", "/proc/sys/net/ipv4/ip_unprivileged_port_start"));
        Assert.Equal("web.shop.default.svc.pods.test\n", await podsd.ExecAsync("named", "main", "hostname"));
        Assert.Matches(@"10\.89\.\d+\.\d+\tweb\.shop\.default\.svc\.pods\.test\tweb\n", await podsd.ExecAsync("named", "main", "cat", "/etc/hosts"));
    }

    [SkippableFact]
    public async Task What_the_operator_forbids_is_refused_and_a_link_leads_nowhere_else()
    {
        using ScratchDirectory allowed = new();
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(
            new() { Arguments = ["--forbid", "privileged,hostNetwork", "--host-paths", allowed.Path] });

        CommandResult privileged = await podsd.PodsAsync(["apply", "-f", "-"],
            Manifest.Of("refused", Manifest.Forever, "hostNetwork: true", "securityContext: {privileged: true}"));
        Assert.NotEqual(0, privileged.ExitCode);
        Assert.Contains("pods \"refused\" is forbidden: violates PodSecurity \"podsd\": host namespaces (hostNetwork=true), "
            + "privileged (container \"main\" must not set securityContext.privileged=true)", privileged.Error);
        CommandResult path = await podsd.PodsAsync(["apply", "-f", "-"], Mounting("refused", "/etc"));
        Assert.Contains($"hostPath \"/etc\" is not below an allowed directory: {allowed.Path}", path.Error);
        Assert.Null(await podsd.GetAsync("refused"));

        File.CreateSymbolicLink(allowed.File("link"), "/etc");
        await podsd.ApplyAsync(Mounting("link", allowed.File("link")));
        await podsd.WaitForAsync("link", p => PodsDaemon.FindContainerStatus(p, "main")?["state"]?["waiting"]?["message"]?.GetValue<string>()
            .Contains("leads to \"/etc\", which is not below an allowed directory") == true, "refused");
        Directory.CreateDirectory(allowed.File("data"));
        await podsd.RunPodAsync(Mounting("fine", allowed.File("data")), "fine");
        await podsd.ExecAsync("fine", "main", "touch", "/v/here");
        Assert.True(File.Exists(allowed.File("data/here")));

        static string Mounting(string name, string source) => Manifest.Of(name, Manifest.Forever,
            $"volumes: [{{name: v, hostPath: {{path: {source}}}}}]", "volumeMounts: [{name: v, mountPath: /v}]");
    }

    [SkippableFact]
    public async Task Stop_signal_of_the_manifest_is_sent()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string directory = podsd.File("shared");
        Directory.CreateDirectory(directory);
        await podsd.RunPodAsync(Manifest.Of("stops", "trap 'echo usr1 > /s/got; exit 0' USR1; touch /s/ready; while true; do sleep 1 & wait $!; done",
            "os: {name: linux}\nvolumes: [{name: s, hostPath: {path: " + directory + "}}]",
            "volumeMounts: [{name: s, mountPath: /s}]\nlifecycle: {stopSignal: SIGUSR1}")
            .Replace("terminationGracePeriodSeconds: 1", "terminationGracePeriodSeconds: 20"), "stops");
        await Eventually.True(() => File.Exists(Path.Combine(directory, "ready")), "the trap is set");

        (await podsd.PodsAsync("delete", "pod", "stops")).Succeeded();

        await Eventually.True(async () => await podsd.GetAsync("stops") is null, "the pod is gone", TimeSpan.FromSeconds(30));
        Assert.Equal("usr1\n", File.ReadAllText(Path.Combine(directory, "got")));
    }

    [SkippableFact]
    public async Task Hook_that_was_cut_short_by_the_end_of_podsd_is_called_again()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string directory = podsd.File("shared");
        Directory.CreateDirectory(directory);
        await podsd.ApplyAsync(Manifest.Of("hooked", Manifest.Forever, "volumes: [{name: s, hostPath: {path: " + directory + "}}]", """
            volumeMounts: [{name: s, mountPath: /s}]
            lifecycle: {postStart: {exec: {command: [sh, -c, "echo call >> /s/calls; while [ ! -e /s/go ]; do sleep 1; done"]}}}
            """));
        string calls = Path.Combine(directory, "calls");
        await Eventually.True(() => File.Exists(calls), "the hook is called");

        await podsd.KillAsync();
        await podsd.StartAgainAsync();

        await Eventually.True(() => File.ReadAllLines(calls).Length == 2, "the hook is called again");
        Assert.Equal("False", PodsDaemon.Condition((await podsd.GetAsync("hooked"))!, "Ready"));
        await File.WriteAllTextAsync(Path.Combine(directory, "go"), "");
        JsonNode pod = await podsd.WaitForAsync("hooked", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
        Assert.Equal(0, PodsDaemon.ContainerStatus(pod, "main")["restartCount"]!.GetValue<int>());
    }

    [SkippableFact]
    public async Task Limits_and_quota_of_the_operators_files_hold()
    {
        using ScratchDirectory policies = new();
        await File.WriteAllTextAsync(policies.File("a.yaml"), """
            apiVersion: v1
            kind: LimitRange
            metadata: {name: range}
            spec: {limits: [{type: Container, default: {memory: 48Mi}, max: {memory: 64Mi}}]}
            ---
            apiVersion: v1
            kind: ResourceQuota
            metadata: {name: one}
            spec: {hard: {pods: "1"}}
            """);
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { Arguments = ["--policies", policies.Path] });
        JsonNode pod = await podsd.RunPodAsync(Manifest.Of("first", Manifest.Forever), "first");

        Assert.Equal("48Mi", pod["spec"]!["containers"]![0]!["resources"]!["limits"]!["memory"]!.GetValue<string>());
        CommandResult second = await podsd.PodsAsync(["apply", "-f", "-"], Manifest.Of("second", Manifest.Forever));
        Assert.Contains("pods \"second\" is forbidden: exceeded quota: one, requested: pods=1, used: pods=1, limited: pods=1", second.Error);
        CommandResult large = await podsd.PodsAsync(["apply", "-f", "-"],
            Manifest.Of("large", Manifest.Forever, containerLines: "resources: {limits: {memory: 128Mi}}"));
        Assert.Contains("pods \"large\" is forbidden: maximum memory usage per Container is 64Mi, but limit is 128Mi", large.Error);
    }
}
