using Pods.Oci;

namespace Pods.Manifests;

/// <summary>config.json of a pod's pause container: it holds the namespaces, carries the sysctls and does nothing.</summary>
public static class SandboxSpec
{
    /// <param name="pod">With defaults applied.</param>
    public static RuntimeSpec For(Pod pod, SandboxFacts sandbox, NodeFacts node, ImageProcess? pauseImage, RuntimeUser pauseUser)
    {
        PodSpec spec = pod.Spec ?? new();
        string[] command = [.. pauseImage?.Entrypoint ?? [], .. pauseImage?.Cmd ?? []];
        if (command.Length == 0)
            throw new SpecException("the pause image has no command");
        return new()
        {
            Process = new()
            {
                Args = command,
                Env = ContainerEnvironment.Complete(pauseImage, new Dictionary<string, string>(), sandbox.Hostname, hasTerminal: false),
                Cwd = pauseImage?.WorkingDir is { Length: > 0 } directory ? directory : "/",
                User = pauseUser,
                Capabilities = SpecIsolation.Capabilities(CapabilityNames.Default),
                NoNewPrivileges = true,
                OomScoreAdj = OomScore.Permitted(OomScore.Sandbox, node.LowestOomScoreAdj),
            },
            Root = new() { IsReadOnly = true },
            Hostname = spec.HostNetwork == true ? null : sandbox.Hostname,
            Mounts = SpecMounts.OfSandbox(sandbox),
            Annotations = SpecAnnotations.OfSandbox(pod, sandbox),
            Linux = new()
            {
                Namespaces = SpecIsolation.Namespaces(spec, sandbox.NetworkNamespace, sandbox.Users, node.HasUnifiedCgroups),
                UidMappings = sandbox.Users?.Mapping,
                GidMappings = sandbox.Users?.Mapping,
                CgroupsPath = SpecIsolation.CgroupsPath(sandbox.CgroupParent, sandbox.SandboxId),
                // The least share there is: pause only waits.
                Resources = new() { Devices = [SpecIsolation.NoDevice], Cpu = new() { Shares = ContainerResources.Shares(0) } },
                Seccomp = node.HasSeccomp ? SpecIsolation.DefaultFilter(CapabilityNames.Default, isNative: true) : null,
                Sysctl = Sysctls(spec.SecurityContext?.Sysctls),
                MaskedPaths = SpecIsolation.MaskedPaths,
                ReadonlyPaths = SpecIsolation.ReadonlyPaths,
            },
        };
    }

    private static SortedDictionary<string, string>? Sysctls(IReadOnlyList<Sysctl>? sysctls) => sysctls is { Count: > 0 }
        ? new(sysctls.ToDictionary(sysctl => (sysctl.Name ?? "").Replace('/', '.'), sysctl => sysctl.Value ?? ""), StringComparer.Ordinal)
        : null;
}
