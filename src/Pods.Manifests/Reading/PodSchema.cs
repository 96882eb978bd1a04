using Pods.Manifests.Validation;
using static Pods.Manifests.Reading.FieldKind;
using static Pods.Manifests.Reading.FieldShape;

namespace Pods.Manifests.Reading;

/// <summary>
/// Every field of Kubernetes' v1 Pod, and what becomes of it here. The order of the tables is the order of need: a type
/// stands before its users.
/// </summary>
internal static class PodSchema
{
    private const string Windows = "this is Linux";
    private const string SeLinux = "podsd sets no SELinux labels, and without them nothing would be enforced";

    private const string NoToken = "here is no API server that a token would open: none is mounted";

    private const string NoDrivers = "here are no resource drivers";
    private const string Alpha = "it is an alpha field of Kubernetes";

    private static readonly Schema Owner = new(
        Fields(Text, "apiVersion", "kind", "name", "uid"), Fields(FieldKind.Boolean, "controller", "blockOwnerDeletion"));

    internal static readonly Schema Metadata = new(
        Fields(Text, "name", "generateName", "namespace", "uid", "resourceVersion"),
        [new("labels", Text, Map), new("annotations", Text, Map), new("ownerReferences", FieldKind.Object, List, Type: Owner)],
        Fields(Integer, "generation", "deletionGracePeriodSeconds"),
        Fields(Time, "creationTimestamp", "deletionTimestamp"),
        Ignored("managedFields", "selfLink"),
        Refused("nobody here takes finalizers away, and with one the object could never be deleted", "finalizers"));

    private static readonly Schema FieldRef = new(Fields(Text, "apiVersion", "fieldPath"));

    private static readonly Schema ResourceFieldRef = new(
        Fields(Text, "containerName", "resource"), Fields(FieldKind.Quantity, "divisor"));

    private static readonly Schema KeyRef = new(Fields(Text, "name", "key"), Fields(FieldKind.Boolean, "optional"));

    private static readonly Schema FileKeyRef = new(Fields(Text, "volumeName", "path", "key"), Fields(FieldKind.Boolean, "optional"));

    private static readonly Schema EnvFromRef = new(Fields(Text, "name"), Fields(FieldKind.Boolean, "optional"));

    private static readonly Schema EnvFrom = new(
        Fields(Text, "prefix"),
        [new("configMapRef", FieldKind.Object, Type: EnvFromRef), new("secretRef", FieldKind.Object, Type: EnvFromRef)]);

    private static readonly Schema EnvSource = new((Field[])
    [
        new("fieldRef", FieldKind.Object, Type: FieldRef), new("resourceFieldRef", FieldKind.Object, Type: ResourceFieldRef),
        new("configMapKeyRef", FieldKind.Object, Type: KeyRef), new("secretKeyRef", FieldKind.Object, Type: KeyRef),
        new("fileKeyRef", FieldKind.Object, Type: FileKeyRef),
    ])
    {
        IsChoice = true,
    };

    private static readonly Schema Env = new(Fields(Text, "name", "value"), [new("valueFrom", FieldKind.Object, Type: EnvSource)]);

    private static readonly Schema Port = new(
        Fields(Text, "name", "hostIP", "protocol"), Fields(Integer32, "containerPort", "hostPort"));

    internal static readonly Schema Resources = new(
        [new("limits", FieldKind.Quantity, Map), new("requests", FieldKind.Quantity, Map)], Refused(NoDrivers, "claims"));

    private static readonly Schema VolumeMount = new(
        Fields(Text, "name", "mountPath", "subPath", "subPathExpr", "mountPropagation", "recursiveReadOnly"),
        Fields(FieldKind.Boolean, "readOnly"), Refused(Alpha, "bindMountOptions"));

    private static readonly Schema CapabilitySet = new(Fields(Text, List, "add", "drop"));

    private static readonly Schema Seccomp = new(Fields(Text, "type", "localhostProfile"));

    // Both are profiles of a kernel's security module.
    private static readonly Field AppArmor = new("appArmorProfile", FieldKind.Object, Type: new(Fields(Text, "type", "localhostProfile")),
        Note: "refused on a host without AppArmor");

    private static readonly Schema ContainerSecurity = new(
        Fields(Integer, "runAsUser", "runAsGroup"),
        Fields(FieldKind.Boolean, "runAsNonRoot", "privileged", "readOnlyRootFilesystem", "allowPrivilegeEscalation"),
        [new("capabilities", FieldKind.Object, Type: CapabilitySet), new("seccompProfile", FieldKind.Object, Type: Seccomp), AppArmor],
        [new("procMount", Text, Note: "Unmasked needs hostUsers: false")],
        Refused(SeLinux, "seLinuxOptions"), Refused(Windows, "windowsOptions"));

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
        Refused("no kubelet runs it either", "tcpSocket"))
    {
        IsChoice = true,
    };

    private static readonly Schema LifecycleType = new(
        [new("postStart", FieldKind.Object, Type: Handler), new("preStop", FieldKind.Object, Type: Handler)],
        Fields(Text, "stopSignal"));

    private static readonly Schema ExitCodes = new(Fields(Text, "operator"), [new("values", Integer32, List)]);

    private static readonly Schema RestartRule = new(Fields(Text, "action"), [new("exitCodes", FieldKind.Object, Type: ExitCodes)]);

    private static readonly Schema ContainerType = new(
        Fields(Text, "name", "image", "imagePullPolicy", "workingDir", "restartPolicy", "terminationMessagePath", "terminationMessagePolicy"),
        [new("command", Text, List), new("args", Text, List)],
        Fields(FieldKind.Boolean, "stdin", "stdinOnce", "tty"),
        [
            new("env", FieldKind.Object, List, Type: Env), new("envFrom", FieldKind.Object, List, Type: EnvFrom),
            new("ports", FieldKind.Object, List, Type: Port),
            new("resources", FieldKind.Object, Type: Resources), new("volumeMounts", FieldKind.Object, List, Type: VolumeMount),
            new("securityContext", FieldKind.Object, Type: ContainerSecurity), new("lifecycle", FieldKind.Object, Type: LifecycleType),
            new("livenessProbe", FieldKind.Object, Type: ProbeType), new("readinessProbe", FieldKind.Object, Type: ProbeType),
            new("startupProbe", FieldKind.Object, Type: ProbeType), new("restartPolicyRules", FieldKind.Object, List, Type: RestartRule),
        ],
        Refused("a claim is a directory here, and never a device", "volumeDevices"),
        Without("resources are always changed in place: no container is restarted for them", "resizePolicy"));

    private static readonly Schema EmptyDir = new(Fields(Text, "medium"), [new Field("sizeLimit", FieldKind.Quantity)],
        Refused(Alpha, "mode"));

    private static readonly Schema HostPath = new(Fields(Text, "path", "type"));

    private static readonly Schema KeyToPathType = new(Fields(Text, "key", "path"), Fields(Integer32, "mode"));

    private static readonly Schema ObjectVolume = Written("name", Fields(Integer32, "defaultMode"));

    private static readonly Schema SecretVolume = Written("secretName", Fields(Integer32, "defaultMode"));

    private static readonly Schema DownwardItem = new(
        Fields(Text, "path"), Fields(Integer32, "mode"),
        [new("fieldRef", FieldKind.Object, Type: FieldRef), new("resourceFieldRef", FieldKind.Object, Type: ResourceFieldRef)]);

    private static readonly Schema DownwardVolume = new(
        [new("items", FieldKind.Object, List, Type: DownwardItem)], Fields(Integer32, "defaultMode"));

    // A token, a certificate or a trust bundle is made by a cluster's API server: here is none.
    private static readonly Schema Projection = new(
        [
            new("configMap", FieldKind.Object, Type: Written("name", [])), new("secret", FieldKind.Object, Type: Written("name", [])),
            new("downwardAPI", FieldKind.Object, Type: new([new("items", FieldKind.Object, List, Type: DownwardItem)], [])),
        ],
        Refused("it is made by a cluster's API server, and here is none", "serviceAccountToken", "clusterTrustBundle", "podCertificate"))
    {
        IsChoice = true,
    };

    private static readonly Schema Projected = new(
        [new("sources", FieldKind.Object, List, Type: Projection)], Fields(Integer32, "defaultMode"));

    private static readonly Schema ClaimVolume = new(Fields(Text, "claimName"), Fields(FieldKind.Boolean, "readOnly"));

    private static readonly Schema ImageVolume = new(Fields(Text, "reference", "pullPolicy"));

    private static readonly Schema VolumeType = new(
        Fields(Text, "name"),
        [
            new("emptyDir", FieldKind.Object, Type: EmptyDir), new("hostPath", FieldKind.Object, Type: HostPath),
            new("configMap", FieldKind.Object, Type: ObjectVolume), new("secret", FieldKind.Object, Type: SecretVolume),
            new("downwardAPI", FieldKind.Object, Type: DownwardVolume), new("projected", FieldKind.Object, Type: Projected),
            new("persistentVolumeClaim", FieldKind.Object, Type: ClaimVolume), new("image", FieldKind.Object, Type: ImageVolume),
        ],
        Refused("it needs a driver, and here is none: mount it on the host and use hostPath", "nfs", "csi", "ephemeral", "iscsi", "fc", "glusterfs", "rbd",
            "cephfs", "cinder", "flexVolume", "flocker", "gitRepo", "azureDisk", "azureFile", "vsphereVolume", "photonPersistentDisk",
            "portworxVolume", "quobyte", "scaleIO", "storageos", "awsElasticBlockStore", "gcePersistentDisk"));

    private static readonly Schema SysctlType = new(Fields(Text, "name", "value"));

    private static readonly Schema PodSecurity = new(
        Fields(Integer, "runAsUser", "runAsGroup", "fsGroup"), Fields(FieldKind.Boolean, "runAsNonRoot"), Fields(Text, "fsGroupChangePolicy", "supplementalGroupsPolicy"),
        [
            new("supplementalGroups", Integer, List), new("sysctls", FieldKind.Object, List, Type: SysctlType),
            new("seccompProfile", FieldKind.Object, Type: Seccomp, Note: "RuntimeDefault where nothing is said; Kubernetes' own default is Unconfined"),
            AppArmor,
        ],
        Refused(SeLinux, "seLinuxOptions", "seLinuxChangePolicy"), Refused(Windows, "windowsOptions"));

    private static readonly Schema HostAliasType = new(Fields(Text, "ip"), [new("hostnames", Text, List)]);

    private static readonly Schema DnsOption = new(Fields(Text, "name", "value"));

    private static readonly Schema DnsConfig = new(
        Fields(Text, List, "nameservers", "searches"), [new("options", FieldKind.Object, List, Type: DnsOption)]);

    private static readonly Schema Reference = new(Fields(Text, "name"));

    internal static readonly Schema Spec = new(
        Fields(Text, "restartPolicy", "hostname", "subdomain", "dnsPolicy", "nodeName"),
        Fields(Integer, "terminationGracePeriodSeconds", "activeDeadlineSeconds"),
        Fields(FieldKind.Boolean, "hostNetwork", "hostPID", "hostIPC", "setHostnameAsFQDN", "shareProcessNamespace"),
        [new("hostUsers", FieldKind.Boolean, Note: "false needs Linux 6.3, containerd's overlayfs, and runc 1.2 or crun 1.9; elsewhere the pod is refused")],
        [
            new("containers", FieldKind.Object, List, Type: ContainerType), new("initContainers", FieldKind.Object, List, Type: ContainerType),
            new("volumes", FieldKind.Object, List, Type: VolumeType), new("hostAliases", FieldKind.Object, List, Type: HostAliasType),
            new("dnsConfig", FieldKind.Object, Type: DnsConfig), new("securityContext", FieldKind.Object, Type: PodSecurity),
            new("imagePullSecrets", FieldKind.Object, List, Type: Reference),
            new("resources", FieldKind.Object, Type: Resources),
            new("os", FieldKind.Object, Type: new(Fields(Text, "name")), Note: "linux"),
        ],
        Without("there is one node, and every pod is on it", "affinity", "nodeSelector", "schedulerName", "tolerations", "topologySpreadConstraints"),
        Without("no pod gives way to another on this node", "preemptionPolicy"),
        [
            new Field("priority", Integer32).Differs("pods of less priority end first at the machine's shutdown; no pod gives way to another"),
            new Field("priorityClassName", Text).Differs("only `system-node-critical` and `system-cluster-critical` say a priority here"),
        ],
        [new Field("serviceAccountName", Text).Differs(NoToken)],
        Without(NoToken, "automountServiceAccountToken", "serviceAccount"),
        Without("here are no Services: there is nothing to tell", "enableServiceLinks"),
        Refused("nothing here sets such a condition: the pod would never be Ready", "readinessGates"),
        Refused("nothing here takes a gate away: the pod would never start", "schedulingGates", "schedulingGroup"),
        Refused("cannot be set on create", "ephemeralContainers"),
        Refused("here are no RuntimeClasses; podsd's --runtime is every pod's", "runtimeClassName", "overhead"),
        Refused(NoDrivers, "resourceClaims"),
        Refused(Alpha, "evictionResponders", "hostnameOverride", "workloadRef"));

    /// <summary>The document as a whole. Status is the server's: whatever a client sends there is not looked at.</summary>
    public static Schema Document { get; } = new(
        Fields(Text, "apiVersion", "kind"),
        [new("metadata", FieldKind.Object, Type: Metadata), new("spec", FieldKind.Object, Type: Spec)],
        Ignored("status"));

    private static Schema Written(string name, IEnumerable<Field> more) => new(
        Fields(Text, name), Fields(FieldKind.Boolean, "optional"), [new("items", FieldKind.Object, List, Type: KeyToPathType)], more);

    internal static IEnumerable<Field> Fields(FieldKind kind, params string[] names) => names.Select(n => new Field(n, kind));

    internal static IEnumerable<Field> Fields(FieldKind kind, FieldShape shape, params string[] names) =>
        names.Select(n => new Field(n, kind, shape));

    internal static IEnumerable<Field> NotYet(params string[] names) =>
        names.Select(n => new Field(n, Anything, Support: Support.Refused));

    internal static IEnumerable<Field> Refused(string why, params string[] names) =>
        names.Select(n => new Field(n, Anything, Support: Support.Refused, Note: why));

    /// <summary>Taken and without effect.</summary>
    internal static IEnumerable<Field> Without(string note, params string[] names) =>
        names.Select(n => new Field(n, Anything, Support: Support.Different, Note: note));

    internal static IEnumerable<Field> Ignored(params string[] names) =>
        names.Select(n => new Field(n, Anything, Support: Support.Ignored));
}
