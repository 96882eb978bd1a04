using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Pods.Oci;

namespace Pods.Manifests.Tests;

/// <summary>The default filter against the facts of containerd's own, where its source is installed (Debian's development package).</summary>
public sealed partial class SeccompDefaultTests
{
    private const string Profile = "/usr/share/gocode/src/github.com/containerd/containerd/contrib/seccomp/seccomp_default.go";

    // What containerd 1.6 allows and 2.0 dropped: io_uring reaches the kernel past the filter.
    private static readonly string[] s_dropped = ["io_uring_enter", "io_uring_register", "io_uring_setup"];

    [SkippableFact]
    public void Calls_of_containerds_profile_are_all_here_but_io_uring()
    {
        Skip.IfNot(File.Exists(Profile), $"needs {Profile} (golang-github-containerd-containerd-dev)");
        string source = File.ReadAllText(Profile);
        string unconditional = source[source.IndexOf("syscalls := ", StringComparison.Ordinal)..];
        unconditional = unconditional[..unconditional.IndexOf("Action:", StringComparison.Ordinal)];
        HashSet<string> ours = Allowed(CapabilityNames.Default);

        Assert.Equal(s_dropped, Quoted().Matches(unconditional).Select(name => name.Groups[1].Value).Where(name => !ours.Contains(name)).Order());
    }

    [Fact]
    public void Dangerous_calls_need_their_capability()
    {
        string[] dangerous = ["mount", "setns", "unshare", "bpf", "init_module", "reboot", "settimeofday", "open_by_handle_at", "kexec_load"];

        Assert.Empty(Allowed(CapabilityNames.Default).Intersect(dangerous));
        Assert.Equal(["kexec_load"], dangerous.Except(Allowed(CapabilityNames.All)));
    }

    [SkippableFact]
    public void Pause_is_of_the_machines_own_architecture_and_an_app_may_be_of_its_32_bit_sibling_too()
    {
        Skip.IfNot(RuntimeInformation.OSArchitecture == Architecture.X64, "tells what it is for x86-64");
        ImageProcess image = new() { Entrypoint = ["/pause"] };
        RuntimeSpec pause = SandboxSpec.For(new() { Spec = new() }, GoldenFacts.Sandbox(""), GoldenFacts.Node(""), image, new());

        Assert.Equal(["SCMP_ARCH_X86_64"], pause.Linux!.Seccomp!.Architectures);
        Assert.Equal(["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], Filter(CapabilityNames.Default).Architectures);
    }

    private static HashSet<string> Allowed(IReadOnlyList<string> capabilities) =>
        [.. Filter(capabilities).Syscalls!.Where(call => call.Action == "SCMP_ACT_ALLOW").SelectMany(call => call.Names)];

    private static LinuxSeccomp Filter(IReadOnlyList<string> capabilities)
    {
        Pod pod = new() { Spec = new() };
        Container container = new()
        {
            Name = "c",
            Command = ["true"],
            SecurityContext = new() { Capabilities = new() { Drop = ["ALL"], Add = capabilities } },
        };
        ContainerFacts facts = new() { ContainerId = "c", ImageName = "i", User = new() };
        RuntimeSpec spec = ContainerSpec.For(pod, container, GoldenFacts.Sandbox(""), GoldenFacts.Node(""), facts);
        return spec.Linux.Seccomp!;
    }

    [GeneratedRegex("\"([a-z0-9_]+)\"")]
    private static partial Regex Quoted();
}
