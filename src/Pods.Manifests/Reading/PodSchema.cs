using static Pods.Manifests.Reading.FieldKind;
using static Pods.Manifests.Reading.FieldShape;

namespace Pods.Manifests.Reading;

/// <summary>
/// Every field of Kubernetes' v1 Pod, and what becomes of it here. The order of the tables is the order of need: a type
/// stands before its users.
/// </summary>
internal static class PodSchema
{
    private static readonly Schema Owner = new(
        Fields(Text, "apiVersion", "kind", "name", "uid"), Fields(FieldKind.Boolean, "controller", "blockOwnerDeletion"));

    internal static readonly Schema Metadata = new(
        Fields(Text, "name", "generateName", "namespace", "uid", "resourceVersion"),
        [new("labels", Text, Map), new("annotations", Text, Map), new("ownerReferences", FieldKind.Object, List, Type: Owner)],
        Fields(Integer, "generation", "deletionGracePeriodSeconds"),
        Fields(Time, "creationTimestamp", "deletionTimestamp"),
        Accepted("managedFields", "selfLink"),
        NotYet("finalizers"));

    private static readonly Schema FieldRef = new(Fields(Text, "apiVersion", "fieldPath"));

    private static readonly Schema ResourceFieldRef = new(
        Fields(Text, "containerName", "resource"), Fields(FieldKind.Quantity, "divisor"));

    private static readonly Schema KeyRef = new(Fields(Text, "name", "key"), Fields(FieldKind.Boolean, "optional"));

    private static readonly Schema EnvFromRef = new(Fields(Text, "name"), Fields(FieldKind.Boolean, "optional"));

    private static readonly Schema EnvFrom = new(
        Fields(Text, "prefix"),
        [new("configMapRef", FieldKind.Object, Type: EnvFromRef), new("secretRef", FieldKind.Object, Type: EnvFromRef)]);

    private static readonly Schema EnvSource = new(
        [
            new("fieldRef", FieldKind.Object, Type: FieldRef), new("resourceFieldRef", FieldKind.Object, Type: ResourceFieldRef),
            new("configMapKeyRef", FieldKind.Object, Type: KeyRef), new("secretKeyRef", FieldKind.Object, Type: KeyRef),
        ],
        NotYet("fileKeyRef"))
    {
        IsChoice = true,
    };

    private static readonly Schema Env = new(Fields(Text, "name", "value"), [new("valueFrom", FieldKind.Object, Type: EnvSource)]);

    private static readonly Schema Port = new(
        Fields(Text, "name", "hostIP", "protocol"), Fields(Integer32, "containerPort", "hostPort"));

    internal static readonly Schema Resources = new(
        [new("limits", FieldKind.Quantity, Map), new("requests", FieldKind.Quantity, Map)], NotYet("claims"));

    private static readonly Schema VolumeMount = new(
        Fields(Text, "name", "mountPath", "subPath"), Fields(FieldKind.Boolean, "readOnly"),
        NotYet("mountPropagation", "subPathExpr", "recursiveReadOnly", "bindMountOptions"));

    private static readonly Schema CapabilitySet = new(Fields(Text, List, "add", "drop"));

    private static readonly Schema Seccomp = new(Fields(Text, "type", "localhostProfile"));

    private static readonly Schema ContainerSecurity = new(
        Fields(Integer, "runAsUser", "runAsGroup"),
        Fields(FieldKind.Boolean, "runAsNonRoot", "privileged", "readOnlyRootFilesystem", "allowPrivilegeEscalation"),
        [new("capabilities", FieldKind.Object, Type: CapabilitySet), new("seccompProfile", FieldKind.Object, Type: Seccomp)],
        NotYet("seLinuxOptions", "windowsOptions", "procMount", "appArmorProfile"));

    private static readonly Schema ExecType = new(Fields(Text, List, "command"));

    private static readonly Schema Header = new(Fields(Text, "name", "value"));

    private static readonly Schema HttpGetType = new(
        Fields(Text, "path", "host", "scheme"), Fields(IntegerOrText, "port"),
        [new("httpHeaders", FieldKind.Object, List, Type: Header)]);

    private static readonly Schema TcpSocketType = new(Fields(IntegerOrText, "port"), Fields(Text, "host"));

    private static readonly Schema GrpcType = new(Fields(Integer32, "port"), Fields(Text, "service"));

    private static readonly Schema ProbeType = new(
        [
            new("exec", FieldKind.Object, Type: ExecType), new("httpGet", FieldKind.Object, Type: HttpGetType),
            new("tcpSocket", FieldKind.Object, Type: TcpSocketType), new("grpc", FieldKind.Object, Type: GrpcType),
        ],
        Fields(Integer32, "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"),
        Fields(Integer, "terminationGracePeriodSeconds"));

    private static readonly Schema SleepType = new(Fields(Integer, "seconds"));

    // A tcpSocket hook is a relic that no kubelet runs: there it fails every container, here it is refused beforehand.
    private static readonly Schema Handler = new(
        [
            new("exec", FieldKind.Object, Type: ExecType), new("httpGet", FieldKind.Object, Type: HttpGetType),
            new("sleep", FieldKind.Object, Type: SleepType),
        ],
        NotYet("tcpSocket"))
    {
        IsChoice = true,
    };

    private static readonly Schema LifecycleType = new(
        [new("postStart", FieldKind.Object, Type: Handler), new("preStop", FieldKind.Object, Type: Handler)], NotYet("stopSignal"));

    private static readonly Schema ExitCodes = new(Fields(Text, "operator"), [new("values", Integer32, List)]);

    private static readonly Schema RestartRule = new(Fields(Text, "action"), [new("exitCodes", FieldKind.Object, Type: ExitCodes)]);

    private static readonly Schema ContainerType = new(
        Fields(Text, "name", "image", "imagePullPolicy", "workingDir", "restartPolicy", "terminationMessagePath", "terminationMessagePolicy"),
        [new("command", Text, List), new("args", Text, List)],
        Fields(FieldKind.Boolean, "stdin", "tty"),
        [
            new("env", FieldKind.Object, List, Type: Env), new("envFrom", FieldKind.Object, List, Type: EnvFrom),
            new("ports", FieldKind.Object, List, Type: Port),
            new("resources", FieldKind.Object, Type: Resources), new("volumeMounts", FieldKind.Object, List, Type: VolumeMount),
            new("securityContext", FieldKind.Object, Type: ContainerSecurity), new("lifecycle", FieldKind.Object, Type: LifecycleType),
            new("livenessProbe", FieldKind.Object, Type: ProbeType), new("readinessProbe", FieldKind.Object, Type: ProbeType),
            new("startupProbe", FieldKind.Object, Type: ProbeType), new("restartPolicyRules", FieldKind.Object, List, Type: RestartRule),
        ],
        NotYet("stdinOnce", "volumeDevices", "resizePolicy"));

    private static readonly Schema EmptyDir = new(Fields(Text, "medium"), Fields(FieldKind.Quantity, "sizeLimit"), NotYet("mode"));

    private static readonly Schema HostPath = new(Fields(Text, "path", "type"));

    private static readonly Schema VolumeType = new(
        Fields(Text, "name"),
        [new("emptyDir", FieldKind.Object, Type: EmptyDir), new("hostPath", FieldKind.Object, Type: HostPath)],
        NotYet("configMap", "secret", "projected", "downwardAPI", "persistentVolumeClaim", "image", "csi", "ephemeral", "nfs", "iscsi",
            "fc", "glusterfs", "rbd", "cephfs", "cinder", "flexVolume", "flocker", "gitRepo", "azureDisk", "azureFile", "vsphereVolume",
            "photonPersistentDisk", "portworxVolume", "quobyte", "scaleIO", "storageos", "awsElasticBlockStore", "gcePersistentDisk"));

    private static readonly Schema SysctlType = new(Fields(Text, "name", "value"));

    private static readonly Schema PodSecurity = new(
        Fields(Integer, "runAsUser", "runAsGroup", "fsGroup"), Fields(FieldKind.Boolean, "runAsNonRoot"),
        [
            new("supplementalGroups", Integer, List), new("sysctls", FieldKind.Object, List, Type: SysctlType),
            new("seccompProfile", FieldKind.Object, Type: Seccomp),
        ],
        NotYet("seLinuxOptions", "windowsOptions", "fsGroupChangePolicy", "appArmorProfile", "supplementalGroupsPolicy", "seLinuxChangePolicy"));

    private static readonly Schema HostAliasType = new(Fields(Text, "ip"), [new("hostnames", Text, List)]);

    private static readonly Schema DnsOption = new(Fields(Text, "name", "value"));

    private static readonly Schema DnsConfig = new(
        Fields(Text, List, "nameservers", "searches"), [new("options", FieldKind.Object, List, Type: DnsOption)]);

    private static readonly Schema Reference = new(Fields(Text, "name"));

    private static readonly Schema Spec = new(
        Fields(Text, "restartPolicy", "hostname", "dnsPolicy", "nodeName"),
        Fields(Integer, "terminationGracePeriodSeconds", "activeDeadlineSeconds"),
        Fields(FieldKind.Boolean, "hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"),
        [
            new("containers", FieldKind.Object, List, Type: ContainerType), new("initContainers", FieldKind.Object, List, Type: ContainerType),
            new("volumes", FieldKind.Object, List, Type: VolumeType), new("hostAliases", FieldKind.Object, List, Type: HostAliasType),
            new("dnsConfig", FieldKind.Object, Type: DnsConfig), new("securityContext", FieldKind.Object, Type: PodSecurity),
            new("imagePullSecrets", FieldKind.Object, List, Type: Reference),
        ],
        NotYet("affinity", "automountServiceAccountToken", "enableServiceLinks", "ephemeralContainers",
            "evictionResponders", "hostUsers", "hostnameOverride", "nodeSelector", "os", "overhead", "preemptionPolicy", "priority",
            "priorityClassName", "readinessGates", "resourceClaims", "resources", "runtimeClassName", "schedulerName", "schedulingGates",
            "schedulingGroup", "serviceAccount", "serviceAccountName", "setHostnameAsFQDN", "subdomain", "tolerations",
            "topologySpreadConstraints", "workloadRef"));

    /// <summary>The document as a whole. Status is the server's: whatever a client sends there is not looked at.</summary>
    public static Schema Document { get; } = new(
        Fields(Text, "apiVersion", "kind"),
        [new("metadata", FieldKind.Object, Type: Metadata), new("spec", FieldKind.Object, Type: Spec)],
        Accepted("status"));

    internal static IEnumerable<Field> Fields(FieldKind kind, params string[] names) => names.Select(n => new Field(n, kind));

    internal static IEnumerable<Field> Fields(FieldKind kind, FieldShape shape, params string[] names) =>
        names.Select(n => new Field(n, kind, shape));

    internal static IEnumerable<Field> NotYet(params string[] names) =>
        names.Select(n => new Field(n, Anything, Support: Support.NotYet));

    internal static IEnumerable<Field> Accepted(params string[] names) =>
        names.Select(n => new Field(n, Anything, Support: Support.Accepted));
}
