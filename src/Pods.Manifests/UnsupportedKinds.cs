namespace Pods.Manifests;

/// <summary>The kinds of a cluster that one machine has no use for, and what serves instead.</summary>
internal static class UnsupportedKinds
{
    public static string Refusal(string kind) => $"{kind} is not supported: {Instead(kind)}";

    private static string Instead(string kind) => kind switch
    {
        "ReplicaSet" or "ReplicationController" => "use a Deployment",
        "StatefulSet" => "use a Deployment of one replica with a PersistentVolumeClaim",
        "CronJob" => "use a Job, applied by a systemd timer",
        "Service" or "Endpoints" or "EndpointSlice" => "publish the pod's ports with hostPort",
        "Ingress" or "IngressClass" or "Gateway" or "HTTPRoute" => "run a reverse proxy as a pod with a hostPort",
        "Namespace" => "a namespace needs no making, say metadata.namespace",
        "ServiceAccount" or "Role" or "RoleBinding" or "ClusterRole" or "ClusterRoleBinding" => "leave it out, access is that to podsd's socket",
        "HorizontalPodAutoscaler" or "VerticalPodAutoscaler" => "set the number with pods scale",
        "PodDisruptionBudget" or "PriorityClass" => "leave it out, there is one machine and no scheduler",
        "NetworkPolicy" => "write it into the CNI configuration or the host's firewall",
        "PersistentVolume" or "StorageClass" => "use a PersistentVolumeClaim, which is a directory here, or a hostPath volume",
        "CustomResourceDefinition" => "leave it out, there are no controllers for it",
        _ => "supported: ConfigMap, DaemonSet, Deployment, Job, LimitRange, PersistentVolumeClaim, Pod, ResourceQuota, Secret",
    };
}
