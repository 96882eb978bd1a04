using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Security that a file or the kernel must have: in force, or the pod does not start and says why.</summary>
public sealed class ProfileTests
{
    [SkippableFact]
    public async Task Filter_of_a_file_of_the_node_is_in_force_and_without_the_file_nothing_starts()
    {
        using ScratchDirectory scratch = new();
        string directory = scratch.File("seccomp");
        Directory.CreateDirectory(Path.Combine(directory, "teams"));
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { Arguments = ["--seccomp-dir", directory] });
        await File.WriteAllTextAsync(Path.Combine(directory, "teams/no-mkdir.json"), """
            {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
             "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 42}]}
            """);
        await File.WriteAllTextAsync(Path.Combine(directory, "broken.json"), "{\"defaultAction\": ");
        File.CreateSymbolicLink(Path.Combine(directory, "out.json"), scratch.File("outside.json"));
        File.Copy(Path.Combine(directory, "teams/no-mkdir.json"), scratch.File("outside.json"));
        await podsd.RunPodAsync(Manifest.Two("filtered", Manifest.Forever, Manifest.Forever,
            firstLines: "securityContext: {seccompProfile: {type: Localhost, localhostProfile: teams/no-mkdir.json}}"), "filtered");

        CommandResult made = await podsd.PodsAsync("exec", "filtered", "-c", "first", "--", "mkdir", "/tmp/new");
        Assert.NotEqual(0, made.ExitCode);
        Assert.Contains("No message of desired type", made.Error);   // ENOMSG, 42: nobody else answers that
        Assert.Matches(@"Seccomp:\s2", await podsd.ExecAsync("filtered", "first", "cat", "/proc/1/status"));
        await podsd.ExecAsync("filtered", "second", "mkdir", "/tmp/new");

        CommandResult above = await podsd.PodsAsync(["apply", "-f", "-"], Profiled("above", "../outside.json"));
        Assert.Contains("spec.securityContext.seccompProfile.localhostProfile: Invalid value: \"../outside.json\": must not contain '..'", above.Error);
        foreach (string name in new[] { "missing", "broken", "out" })
            await podsd.ApplyAsync(Profiled(name, name + ".json"));
        foreach (string name in new[] { "missing", "broken", "out" })
        {
            JsonNode pod = await podsd.WaitForAsync(name, p => Waiting(p)?["reason"]?.GetValue<string>() == "CreateContainerConfigError", "held back");
            Assert.Contains($"container \"main\": seccomp profile \"{name}.json\"", Waiting(pod)!["message"]!.GetValue<string>());
        }

        static string Profiled(string name, string profile) => Manifest.Of(name, Manifest.Forever,
            $"securityContext: {{seccompProfile: {{type: Localhost, localhostProfile: {profile}}}}}");
    }

    [SkippableFact]
    public async Task What_the_machine_cannot_enforce_is_refused_with_the_reason_and_before_anything_is_made()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        foreach (var (container, pod, expected) in new[]
        {
            ("securityContext: {seLinuxOptions: {level: \"s0:c1,c2\"}}", "", "securityContext.seLinuxOptions: is not supported: podsd sets no SELinux labels"),
            ("securityContext: {procMount: Unmasked}", "", "securityContext.procMount: Invalid value: \"Unmasked\": `hostUsers` must be false to use `Unmasked`"),
            ("", "hostUsers: false\nhostPID: true", "spec.hostPID: Forbidden: when `hostUsers` is false"),
            ("", "securityContext: {sysctls: [{name: kernel.panic, value: \"1\"}]}", "unsafe sysctl \"kernel.panic\" is not allowed"),
            ("", "securityContext: {sysctls: [{name: net.core.somaxconn, value: \"1\"}]}", "forbidden sysctl: \"net.core.somaxconn\" not allowlisted"),
            ("volumeDevices: [{name: v, devicePath: /dev/x}]", "", "volumeDevices: is not supported: a claim is a directory here"),
            ("resources: {limits: {example.com/gpu: 1}}", "", "resources.limits[example.com/gpu]: is not supported: here are no device plugins"),
            ("resources: {limits: {hugepages-2Mi: 4Mi, memory: 32Mi}}", "", "resources.limits[hugepages-2Mi]: is not supported: podsd gives no huge pages to pods"),
            ("", "volumes: [{name: v, emptyDir: {medium: HugePages}}]", "spec.volumes[0].emptyDir.medium: Unsupported value: \"HugePages\""),
            ("", "volumes: [{name: v, nfs: {server: a, path: /b}}]", "spec.volumes[0].nfs: is not supported"),
        })
        {
            CommandResult refused = await podsd.PodsAsync(["apply", "-f", "-"], Manifest.Of("refused", Manifest.Forever, pod, container));
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains(expected, refused.Error);
        }
        if (!File.Exists("/sys/kernel/security/apparmor/profiles"))
            Assert.Contains("Cannot enforce AppArmor: AppArmor is not enabled on the host", (await podsd.PodsAsync(["apply", "-f", "-"],
                Manifest.Of("refused", Manifest.Forever, "", "securityContext: {appArmorProfile: {type: RuntimeDefault}}"))).Error);

        Assert.Null(await podsd.GetAsync("refused"));
        await podsd.ExpectNothingLeftAsync();
    }

    private static JsonNode? Waiting(JsonNode pod) => PodsDaemon.FindContainerStatus(pod, "main")?["state"]?["waiting"];
}
