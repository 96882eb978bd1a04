namespace Pods.Manifests;

/// <summary>Fills in what a manifest leaves out, as the Kubernetes API server does on create.</summary>
public static class PodDefaults
{
    public static Pod Apply(Pod pod) => pod with
    {
        ApiVersion = Pod.GroupVersion,
        Kind = Pod.ObjectKind,
        Metadata = (pod.Metadata ?? new()) with { Namespace = pod.Metadata?.Namespace ?? "default" },
        Spec = pod.Spec is { } spec ? Apply(spec) : null,
    };

    private static PodSpec Apply(PodSpec spec) => spec with
    {
        RestartPolicy = spec.RestartPolicy ?? "Always",
        TerminationGracePeriodSeconds = spec.TerminationGracePeriodSeconds ?? 30,
        DnsPolicy = spec.DnsPolicy ?? "ClusterFirst",
        SecurityContext = spec.SecurityContext ?? new(),
        Resources = spec.Resources is { } resources ? Apply(resources) : null,
        Containers = spec.Containers?.Select(c => Apply(c, spec)).ToArray(),
        InitContainers = spec.InitContainers?.Select(c => Apply(c, spec)).ToArray(),
        Volumes = spec.Volumes?.Select(VolumeDefaults.Apply).ToArray(),
    };

    private static Container Apply(Container container, PodSpec spec) => container with
    {
        ImagePullPolicy = container.ImagePullPolicy ?? PullPolicy(container.Image),
        Ports = container.Ports?.Select(p => Apply(p, spec.HostNetwork == true)).ToArray(),
        Env = container.Env?.Select(Apply).ToArray(),
        Resources = Apply(container.Resources ?? new()),
        StartupProbe = Apply(container.StartupProbe),
        LivenessProbe = Apply(container.LivenessProbe),
        ReadinessProbe = Apply(container.ReadinessProbe),
        Lifecycle = container.Lifecycle is { } hooks
            ? hooks with { PostStart = Apply(hooks.PostStart), PreStop = Apply(hooks.PreStop) } : null,
        TerminationMessagePath = container.TerminationMessagePath ?? "/dev/termination-log",
        TerminationMessagePolicy = container.TerminationMessagePolicy ?? "File",
    };

    private static Probe? Apply(Probe? probe) => probe is null ? null : probe with
    {
        HttpGet = Apply(probe.HttpGet),
        TimeoutSeconds = OrDefault(probe.TimeoutSeconds, 1),
        PeriodSeconds = OrDefault(probe.PeriodSeconds, 10),
        SuccessThreshold = OrDefault(probe.SuccessThreshold, 1),
        FailureThreshold = OrDefault(probe.FailureThreshold, 3),
    };

    private static LifecycleHandler? Apply(LifecycleHandler? handler) =>
        handler is null ? null : handler with { HttpGet = Apply(handler.HttpGet) };

    private static HttpGetAction? Apply(HttpGetAction? request) => request is null ? null : request with
    {
        Path = string.IsNullOrEmpty(request.Path) ? "/" : request.Path,
        Scheme = string.IsNullOrEmpty(request.Scheme) ? "HTTP" : request.Scheme,
    };

    // Kubernetes cannot tell 0 from "not set" in these fields.
    private static int OrDefault(int? value, int otherwise) => value is null or 0 ? otherwise : value.Value;

    private static EnvVar Apply(EnvVar variable) => variable.ValueFrom?.FieldRef is { ApiVersion: null } field
        ? variable with { ValueFrom = variable.ValueFrom with { FieldRef = field with { ApiVersion = "v1" } } }
        : variable;

    // With the host's network the container's port is the host's port.
    private static ContainerPort Apply(ContainerPort port, bool hostNetwork) => port with
    {
        Protocol = port.Protocol ?? "TCP",
        HostPort = port.HostPort ?? (hostNetwork ? port.Port : null),
    };

    /// <summary>A limit without a request is the request too.</summary>
    private static ResourceRequirements Apply(ResourceRequirements resources)
    {
        if (resources.Limits is not { Count: > 0 } limits)
            return resources;
        Dictionary<string, Quantity> requests = new(resources.Requests ?? new Dictionary<string, Quantity>());
        foreach (var (name, limit) in limits)
            requests.TryAdd(name, limit);
        return resources with { Requests = requests };
    }

    /// <summary>Always where the tag may move: no tag, or <c>latest</c>.</summary>
    internal static string PullPolicy(string? image)
    {
        if (image is null || image.Contains('@'))
            return "IfNotPresent";
        int colon = image.LastIndexOf(':');
        bool hasTag = colon > image.LastIndexOf('/');
        return !hasTag || image[(colon + 1)..] == "latest" ? "Always" : "IfNotPresent";
    }
}
