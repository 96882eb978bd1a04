using System.Security.Cryptography;
using System.Text.Json;

namespace Pods.Manifests;

/// <summary>Fills in what a Deployment, DaemonSet or Job leaves out, as the Kubernetes API server does, and makes its pods.</summary>
public static class WorkloadDefaults
{
    public const string TemplateHash = "pod-template-hash";
    public const string RevisionHash = "controller-revision-hash";
    public const string JobName = "batch.kubernetes.io/job-name";

    private const string SafeLetters = "bcdfghjklmnpqrstvwxz2456789";   // no vowels: no words

    public static Workload Apply(Workload given)
    {
        WorkloadKind kind = WorkloadKind.OfKind(given.Kind)!;
        WorkloadSpec? spec = given.Spec;
        if (spec is not null && kind == WorkloadKind.Deployment)
            spec = spec with { Replicas = spec.Replicas ?? 1, Strategy = spec.Strategy ?? new() { Type = "RollingUpdate" } };
        if (spec is not null && kind == WorkloadKind.Job)
            spec = spec with
            {
                Completions = spec.Completions ?? 1,
                Parallelism = spec.Parallelism ?? 1,
                BackoffLimit = spec.BackoffLimit ?? 6,
            };
        return given with
        {
            ApiVersion = kind.GroupVersion,
            Metadata = (given.Metadata ?? new()) with { Namespace = given.Metadata?.Namespace ?? "default" },
            Spec = spec,
        };
    }

    /// <summary>A pod of it as it is wanted now, with a name that begins with its own.</summary>
    public static Pod PodOf(Workload workload)
    {
        WorkloadKind kind = WorkloadKind.OfKind(workload.Kind)!;
        ObjectMeta own = workload.Metadata!;
        PodDraft template = workload.Spec!.Template ?? new();
        Dictionary<string, string> labels = new(template.Metadata?.Labels ?? new Dictionary<string, string>());
        if (kind == WorkloadKind.Job)
            (labels[JobName], labels["job-name"], labels["batch.kubernetes.io/controller-uid"]) = (own.Name!, own.Name!, own.Uid ?? "");
        else
            labels[kind == WorkloadKind.Deployment ? TemplateHash : RevisionHash] = HashOf(workload);
        return PodDefaults.Apply(new()
        {
            Metadata = new()
            {
                GenerateName = kind == WorkloadKind.Deployment ? $"{own.Name}-{HashOf(workload)}-" : $"{own.Name}-",
                Namespace = own.Namespace,
                Labels = labels,
                Annotations = template.Metadata?.Annotations,
                OwnerReferences =
                [
                    new()
                    {
                        ApiVersion = kind.GroupVersion, Kind = kind.Kind, Name = own.Name, Uid = own.Uid,
                        Controller = true, BlockOwnerDeletion = true,
                    },
                ],
            },
            Spec = template.Spec,
        });
    }

    /// <summary>Changes with the template, and with nothing else.</summary>
    public static string HashOf(Workload workload)
    {
        byte[] digest = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(workload.Spec!.Template!, KubernetesJson.Default.PodDraft));
        return string.Concat(digest.Take(10).Select(b => SafeLetters[b % SafeLetters.Length]));
    }
}
