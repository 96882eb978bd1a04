namespace Pods.Manifests;

/// <summary>One container of a pod: an image and how its process is to run.</summary>
public sealed record Container
{
    public string? Name { get; init; }
    public string? Image { get; init; }
    /// <summary>Always, IfNotPresent or Never.</summary>
    public string? ImagePullPolicy { get; init; }
    public IReadOnlyList<string>? Command { get; init; }
    public IReadOnlyList<string>? Args { get; init; }
    public IReadOnlyList<EnvVar>? Env { get; init; }
    public IReadOnlyList<EnvFromSource>? EnvFrom { get; init; }
    public string? WorkingDir { get; init; }
    public IReadOnlyList<ContainerPort>? Ports { get; init; }
    public ResourceRequirements? Resources { get; init; }
    public IReadOnlyList<VolumeMount>? VolumeMounts { get; init; }
    public bool? Stdin { get; init; }
    /// <summary>The input ends with the first client that had it, until the container is started anew.</summary>
    public bool? StdinOnce { get; init; }
    public bool? Tty { get; init; }
    public SecurityContext? SecurityContext { get; init; }
    public Probe? StartupProbe { get; init; }
    public Probe? LivenessProbe { get; init; }
    public Probe? ReadinessProbe { get; init; }
    public Lifecycle? Lifecycle { get; init; }
    /// <summary>Of this container alone, in place of the pod's; Always makes an init container a sidecar.</summary>
    public string? RestartPolicy { get; init; }
    public IReadOnlyList<ContainerRestartRule>? RestartPolicyRules { get; init; }
    public string? TerminationMessagePath { get; init; }
    /// <summary>File or FallbackToLogsOnError.</summary>
    public string? TerminationMessagePolicy { get; init; }
}

public sealed record EnvVar
{
    public string? Name { get; init; }
    public string? Value { get; init; }
    public EnvVarSource? ValueFrom { get; init; }
}

public sealed record EnvVarSource
{
    public ObjectFieldSelector? FieldRef { get; init; }
    public ResourceFieldSelector? ResourceFieldRef { get; init; }
    public KeySelector? ConfigMapKeyRef { get; init; }
    public KeySelector? SecretKeyRef { get; init; }
    public FileKeySelector? FileKeyRef { get; init; }
}

/// <summary>A field of the pod itself, such as <c>metadata.labels['app']</c>.</summary>
public sealed record ObjectFieldSelector
{
    public string? ApiVersion { get; init; }
    public string? FieldPath { get; init; }
}

public sealed record ContainerPort
{
    public string? Name { get; init; }
    /// <summary>The key is <c>containerPort</c>.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("containerPort")]
    public int? Port { get; init; }
    public int? HostPort { get; init; }
    public string? HostIP { get; init; }
    /// <summary>TCP, UDP or SCTP.</summary>
    public string? Protocol { get; init; }
}

/// <summary>Limits and requests by resource name (cpu, memory).</summary>
public sealed record ResourceRequirements
{
    public IReadOnlyDictionary<string, Quantity>? Limits { get; init; }
    public IReadOnlyDictionary<string, Quantity>? Requests { get; init; }
}

public sealed record VolumeMount
{
    public string? Name { get; init; }
    public string? MountPath { get; init; }
    public bool? ReadOnly { get; init; }
    public string? SubPath { get; init; }
    /// <summary>As subPath, with <c>$(NAME)</c> for variables of the container.</summary>
    public string? SubPathExpr { get; init; }
    /// <summary>None, HostToContainer or Bidirectional.</summary>
    public string? MountPropagation { get; init; }
    /// <summary>Disabled, IfPossible or Enabled: whether what is mounted below is read-only too.</summary>
    public string? RecursiveReadOnly { get; init; }
}
