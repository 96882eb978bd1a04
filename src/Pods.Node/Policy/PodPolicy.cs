using Pods.Manifests;

namespace Pods.Node;

/// <summary>What this node, by what it has and by its configuration, does not let pods do. Asked before a pod is stored.</summary>
public static class PodPolicy
{
    /// <summary>What can be forbidden, by the words of the configuration.</summary>
    public static IReadOnlyList<string> Features { get; } = ["privileged", "hostNetwork", "hostPID", "hostIPC", "hostPath", "hostPort"];

    /// <exception cref="NodeException">403, in the words of Kubernetes' admission or of the kubelet.</exception>
    public static void Check(Pod pod, NodeOptions options, NodeFacts facts)
    {
        string[] violations = [.. Violations(pod.Spec!, options)];
        if (violations.Length > 0)
            throw NodeException.Forbidden(pod.Metadata!.Name!, $"violates PodSecurity \"podsd\": {string.Join(", ", violations)}");
        foreach (HostPathVolumeSource host in (pod.Spec!.Volumes ?? []).Select(v => v.HostPath).OfType<HostPathVolumeSource>())
            if (!IsAllowedPath(host.Path!, options))
                throw NodeException.Forbidden(pod.Metadata!.Name!, $"hostPath \"{host.Path}\" is not below an allowed directory: "
                    + string.Join(", ", options.HostPathPrefixes));
        foreach (Sysctl sysctl in pod.Spec.SecurityContext?.Sysctls ?? [])
            if (!IsAllowedSysctl(sysctl.Name!.Replace('/', '.'), options))
                throw NodeException.Forbidden(pod.Metadata!.Name!, $"forbidden sysctl: \"{sysctl.Name}\" not allowlisted");
        foreach (AppArmorProfile profile in Profiles(pod.Spec))
            if (AppArmorProblem(profile, facts) is { } problem)
                throw NodeException.Forbidden(pod.Metadata!.Name!, $"Cannot enforce AppArmor: {problem}");
    }

    /// <summary>Also of the path that links lead to, once it is known.</summary>
    public static bool IsAllowedPath(string path, NodeOptions options) =>
        options.HostPathPrefixes.Count == 0 || Path.GetFullPath(path, "/") is var full
        && options.HostPathPrefixes.Select(p => p.TrimEnd('/')).Any(p => full == p || full.StartsWith(p + "/", StringComparison.Ordinal));

    private static IEnumerable<string> Violations(PodSpec spec, NodeOptions options)
    {
        string[] spaces =
        [
            .. new[] { ("hostNetwork", spec.HostNetwork), ("hostPID", spec.HostPID), ("hostIPC", spec.HostIPC) }
                .Where(f => f.Item2 == true && options.Forbidden.Contains(f.Item1)).Select(f => f.Item1 + "=true"),
        ];
        if (spaces.Length > 0)
            yield return $"host namespaces ({string.Join(", ", spaces)})";
        Container[] containers = [.. spec.InitContainers ?? [], .. spec.Containers ?? []];
        if (options.Forbidden.Contains("privileged") && Named(containers.Where(c => c.SecurityContext?.Privileged == true)) is { } privileged)
            yield return $"privileged ({privileged} must not set securityContext.privileged=true)";
        if (options.Forbidden.Contains("hostPort") && Named(containers.Where(c => (c.Ports ?? []).Any(p => p.HostPort > 0))) is { } publishing)
            yield return $"hostPort ({publishing} uses a hostPort)";
        string[] paths = [.. (spec.Volumes ?? []).Where(v => v.HostPath is not null).Select(v => $"\"{v.Name}\"")];
        if (options.Forbidden.Contains("hostPath") && paths.Length > 0)
            yield return $"hostPath volumes (volume{(paths.Length > 1 ? "s" : "")} {string.Join(", ", paths)})";
    }

    private static string? Named(IEnumerable<Container> containers)
    {
        string[] names = [.. containers.Select(c => $"\"{c.Name}\"")];
        return names.Length == 0 ? null : $"container{(names.Length > 1 ? "s" : "")} {string.Join(", ", names)}";
    }

    private static bool IsAllowedSysctl(string name, NodeOptions options) => SafeSysctls.Contains(name)
        || options.UnsafeSysctls.Any(allowed => allowed.EndsWith('*') ? name.StartsWith(allowed[..^1], StringComparison.Ordinal) : allowed == name);

    private static IEnumerable<AppArmorProfile> Profiles(PodSpec spec) =>
        (spec.InitContainers ?? []).Concat(spec.Containers ?? []).Select(c => c.SecurityContext?.AppArmorProfile)
            .Append(spec.SecurityContext?.AppArmorProfile).OfType<AppArmorProfile>();

    private static string? AppArmorProblem(AppArmorProfile profile, NodeFacts facts)
    {
        if (profile.Type == "Unconfined")
            return null;
        string name = profile.Type == "Localhost" ? profile.LocalhostProfile! : AppArmorProfile.Default;
        return !facts.HasAppArmor ? "AppArmor is not enabled on the host"
            : File.ReadLines("/sys/kernel/security/apparmor/profiles").Any(line => line.StartsWith(name + " (", StringComparison.Ordinal)) ? null
            : $"profile \"{name}\" is not loaded";
    }
}
