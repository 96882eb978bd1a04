namespace Pods.Manifests;

/// <summary>A kind of object that pods are made from, and the names that it goes by in paths and on command lines.</summary>
public sealed record WorkloadKind(string Kind, string GroupVersion, string Plural, string Singular, string ShortName)
{
    public static WorkloadKind Deployment { get; } = new("Deployment", "apps/v1", "deployments", "deployment", "deploy");
    public static WorkloadKind DaemonSet { get; } = new("DaemonSet", "apps/v1", "daemonsets", "daemonset", "ds");
    public static WorkloadKind Job { get; } = new("Job", "batch/v1", "jobs", "job", "job");

    public static IReadOnlyList<WorkloadKind> All { get; } = [Deployment, DaemonSet, Job];

    /// <summary>As kubectl prints it: deployment.apps.</summary>
    public string FullName => $"{Singular}.{GroupVersion[..GroupVersion.IndexOf('/')]}";

    public static WorkloadKind? OfKind(string? kind) => All.FirstOrDefault(k => k.Kind == kind);

    /// <summary>By any of the names that kubectl takes.</summary>
    public static WorkloadKind? Find(string word) =>
        All.FirstOrDefault(k => word == k.Plural || word == k.Singular || word == k.ShortName || word == k.FullName);
}
