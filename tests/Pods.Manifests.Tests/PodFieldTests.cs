using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace Pods.Manifests.Tests;

/// <summary>The reader's table of fields against the object model and against Kubernetes' own fields.</summary>
public sealed class PodFieldTests
{
    private static readonly (string Path, JsonTypeInfo Type)[] s_model =
    [
        ("metadata", KubernetesJson.Default.ObjectMeta),
        ("spec", KubernetesJson.Default.PodSpec),
        ("spec.dnsConfig", KubernetesJson.Default.PodDnsConfig),
        ("spec.hostAliases[]", KubernetesJson.Default.HostAlias),
        ("spec.securityContext", KubernetesJson.Default.PodSecurityContext),
        ("spec.securityContext.seccompProfile", KubernetesJson.Default.SeccompProfile),
        ("spec.securityContext.appArmorProfile", KubernetesJson.Default.AppArmorProfile),
        ("spec.os", KubernetesJson.Default.PodOs),
        ("spec.securityContext.sysctls[]", KubernetesJson.Default.Sysctl),
        ("spec.volumes[]", KubernetesJson.Default.Volume),
        ("spec.volumes[].emptyDir", KubernetesJson.Default.EmptyDirVolumeSource),
        ("spec.volumes[].hostPath", KubernetesJson.Default.HostPathVolumeSource),
        ("spec.volumes[].configMap", KubernetesJson.Default.ObjectVolumeSource),
        ("spec.volumes[].secret", KubernetesJson.Default.SecretVolumeSource),
        ("spec.volumes[].secret.items[]", KubernetesJson.Default.KeyToPath),
        ("spec.volumes[].downwardAPI", KubernetesJson.Default.DownwardVolumeSource),
        ("spec.volumes[].downwardAPI.items[]", KubernetesJson.Default.DownwardFile),
        ("spec.volumes[].projected", KubernetesJson.Default.ProjectedVolumeSource),
        ("spec.volumes[].projected.sources[]", KubernetesJson.Default.VolumeProjection),
        ("spec.volumes[].persistentVolumeClaim", KubernetesJson.Default.ClaimVolumeSource),
        ("spec.volumes[].image", KubernetesJson.Default.ImageVolumeSource),
        ("spec.containers[]", KubernetesJson.Default.Container),
        ("spec.initContainers[]", KubernetesJson.Default.Container),
        ("spec.containers[].env[]", KubernetesJson.Default.EnvVar),
        ("spec.containers[].env[].valueFrom", KubernetesJson.Default.EnvVarSource),
        ("spec.containers[].env[].valueFrom.fieldRef", KubernetesJson.Default.ObjectFieldSelector),
        ("spec.containers[].env[].valueFrom.configMapKeyRef", KubernetesJson.Default.KeySelector),
        ("spec.containers[].env[].valueFrom.resourceFieldRef", KubernetesJson.Default.ResourceFieldSelector),
        ("spec.containers[].envFrom[]", KubernetesJson.Default.EnvFromSource),
        ("spec.containers[].envFrom[].secretRef", KubernetesJson.Default.EnvFromReference),
        ("spec.containers[].ports[]", KubernetesJson.Default.ContainerPort),
        ("spec.containers[].resources", KubernetesJson.Default.ResourceRequirements),
        ("spec.containers[].volumeMounts[]", KubernetesJson.Default.VolumeMount),
        ("spec.containers[].securityContext", KubernetesJson.Default.SecurityContext),
        ("spec.containers[].livenessProbe", KubernetesJson.Default.Probe),
        ("spec.containers[].livenessProbe.httpGet", KubernetesJson.Default.HttpGetAction),
        ("spec.containers[].livenessProbe.httpGet.httpHeaders[]", KubernetesJson.Default.HttpHeader),
        ("spec.containers[].livenessProbe.tcpSocket", KubernetesJson.Default.TcpSocketAction),
        ("spec.containers[].livenessProbe.grpc", KubernetesJson.Default.GrpcAction),
        ("spec.containers[].lifecycle", KubernetesJson.Default.Lifecycle),
        ("spec.containers[].lifecycle.preStop", KubernetesJson.Default.LifecycleHandler),
        ("spec.containers[].restartPolicyRules[]", KubernetesJson.Default.ContainerRestartRule),
        ("spec.containers[].securityContext.capabilities", KubernetesJson.Default.Capabilities),
    ];

    public static TheoryData<string, string> Modelled
    {
        get
        {
            TheoryData<string, string> fields = [];
            foreach (var (path, type) in s_model)
                foreach (JsonPropertyInfo property in type.Properties)
                    fields.Add(path, property.Name);
            return fields;
        }
    }

    [Theory]
    [MemberData(nameof(Modelled))]
    public void Field_of_the_object_model_is_one_that_the_reader_takes(string parent, string field)
    {
        string all = Refusal(parent, field);

        Assert.DoesNotContain($"{field}: is not supported", all);
        Assert.DoesNotContain("unknown field", all);
    }

    // Kubernetes 1.37 as feature-anchors of the design has it; none of these may be taken for a slip of the pen.
    [Theory]
    [InlineData("spec", "ephemeralContainers hostnameOverride overhead readinessGates resourceClaims runtimeClassName schedulingGates")]
    [InlineData("spec.securityContext", "seLinuxChangePolicy seLinuxOptions windowsOptions")]
    [InlineData("spec.containers[]", "volumeDevices")]
    [InlineData("spec.containers[].resources", "claims")]
    [InlineData("spec.containers[].securityContext", "seLinuxOptions windowsOptions")]
    [InlineData("spec.containers[].volumeMounts[]", "bindMountOptions")]
    [InlineData("spec.volumes[]", "csi ephemeral fc iscsi nfs")]
    public void Field_that_only_Kubernetes_has_is_refused(string parent, string fields)
    {
        foreach (string field in fields.Split(' '))
            Assert.Contains($"{field}: is not supported", Refusal(parent, field));
    }

    [Theory]
    [InlineData("spec", "affinity automountServiceAccountToken enableServiceLinks nodeSelector preemptionPolicy "
        + "schedulerName serviceAccount tolerations topologySpreadConstraints")]
    [InlineData("spec.containers[]", "resizePolicy")]
    public void Field_that_harms_nobody_is_taken_with_a_warning(string parent, string fields)
    {
        foreach (string field in fields.Split(' '))
            Assert.Contains(ManifestReader.DecodeAll(Manifest(parent, field), "test").Warnings, w => w.Path.EndsWith("." + field) && w.Note.Length > 10);
    }

    [Fact]
    public void Name_of_an_account_is_kept_for_those_who_ask_for_it_and_its_giver_is_warned()
    {
        ManifestObjects found = ManifestReader.DecodeAll(
            """{"apiVersion": "v1", "kind": "Pod", "spec": {"serviceAccountName": "builder"}}"""u8.ToArray(), "test");

        Assert.Equal("builder", found.Pods[0].Spec!.ServiceAccountName);
        Assert.Equal("spec.serviceAccountName", Assert.Single(found.Warnings).Path);
    }

    [Fact]
    public void Priority_is_kept_for_the_order_of_the_machines_shutdown()
    {
        ManifestObjects found = ManifestReader.DecodeAll(
            """{"apiVersion": "v1", "kind": "Pod", "spec": {"priority": 7, "priorityClassName": "system-node-critical"}}"""u8.ToArray(), "test");

        Assert.Equal((7, "system-node-critical"), (found.Pods[0].Spec!.Priority, found.Pods[0].Spec!.PriorityClassName));
        Assert.Equal(["spec.priority", "spec.priorityClassName"], found.Warnings.Select(w => w.Path));
    }

    /// <summary>Everything that is said against a pod with this field, whose value fits no field at all.</summary>
    private static string Refusal(string parent, string field) =>
        Assert.Throws<ManifestException>(() => ManifestReader.Decode(Manifest(parent, field), "test")).Message;

    private static byte[] Manifest(string parent, string field)
    {
        string json = $$"""{"{{field}}":[[]]}""";
        foreach (string part in parent.Split('.').Reverse())
            json = part.EndsWith("[]") ? $$"""{"{{part[..^2]}}":[{{json}}]}""" : $$"""{"{{part}}":{{json}}}""";
        return Encoding.UTF8.GetBytes($$"""{"apiVersion":"v1","kind":"Pod",{{json[1..]}}""");
    }
}
