namespace Pods.Manifests;

/// <summary>What a pod shall be; the fields that Pods honours, in Kubernetes' words. Any other field is refused by the reader.</summary>
public sealed record PodSpec
{
    public IReadOnlyList<Container>? Containers { get; init; }
    public IReadOnlyList<Container>? InitContainers { get; init; }
    public IReadOnlyList<Volume>? Volumes { get; init; }
    /// <summary>Always, OnFailure or Never.</summary>
    public string? RestartPolicy { get; init; }
    public long? TerminationGracePeriodSeconds { get; init; }
    /// <summary>How long the pod may be active before it is failed.</summary>
    public long? ActiveDeadlineSeconds { get; init; }
    public bool? HostNetwork { get; init; }
    public bool? HostPID { get; init; }
    public bool? HostIPC { get; init; }
    public bool? ShareProcessNamespace { get; init; }
    /// <summary>False would put the pod into a user namespace of its own.</summary>
    public bool? HostUsers { get; init; }
    public string? Hostname { get; init; }
    public string? Subdomain { get; init; }
    /// <summary>The host name is the whole name, hostname.subdomain.namespace.svc.domain.</summary>
    public bool? SetHostnameAsFQDN { get; init; }
    public PodOs? Os { get; init; }
    public IReadOnlyList<HostAlias>? HostAliases { get; init; }
    /// <summary>ClusterFirst, ClusterFirstWithHostNet, Default or None.</summary>
    public string? DnsPolicy { get; init; }
    public PodDnsConfig? DnsConfig { get; init; }
    public PodSecurityContext? SecurityContext { get; init; }
    /// <summary>Of the pod as a whole, in place of the sum of its containers'.</summary>
    public ResourceRequirements? Resources { get; init; }
    public IReadOnlyList<LocalObjectReference>? ImagePullSecrets { get; init; }
    public string? NodeName { get; init; }
    /// <summary>Shown to containers that ask for it; there are no accounts.</summary>
    public string? ServiceAccountName { get; init; }
    /// <summary>Pods of less priority end first when the machine goes down.</summary>
    public int? Priority { get; init; }
    /// <summary>Of a class other than Kubernetes' own two nobody here knows the number.</summary>
    public string? PriorityClassName { get; init; }
}

/// <summary>What the pod's images are made for: linux.</summary>
public sealed record PodOs
{
    public string? Name { get; init; }
}

/// <summary>A line for /etc/hosts.</summary>
public sealed record HostAlias
{
    public string? Ip { get; init; }
    public IReadOnlyList<string>? Hostnames { get; init; }
}

/// <summary>What is put into /etc/resolv.conf beside, or in place of, the policy's.</summary>
public sealed record PodDnsConfig
{
    public IReadOnlyList<string>? Nameservers { get; init; }
    public IReadOnlyList<string>? Searches { get; init; }
    public IReadOnlyList<PodDnsOption>? Options { get; init; }
}

public sealed record PodDnsOption
{
    public string? Name { get; init; }
    public string? Value { get; init; }
}

/// <summary>Names an object of the pod's namespace.</summary>
public sealed record LocalObjectReference
{
    public string? Name { get; init; }
}
