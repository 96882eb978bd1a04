namespace Pods.Manifests;

/// <summary>One field of a message of Kubernetes' API in its protobuf form.</summary>
/// <param name="Name">In JSON; empty: an embedded message, whose fields JSON has among those around it.</param>
/// <param name="Type">
/// string, int, bool, bytes, time, quantity, intOrString, a message's name, - (what a server ignores) or ! (what podsd refuses by its name).
/// </param>
/// <param name="Shape">* a list, % a map from strings, or a blank.</param>
/// <param name="IsOptional">Whether Go tells "not there" from zero: what it does not, JSON leaves out when it is zero.</param>
internal sealed record ProtobufField(string Name, string Type, char Shape, bool IsOptional);

/// <summary>The messages that a client may send, and their fields by number.</summary>
internal static class ProtobufFields
{
    private static readonly Dictionary<string, Dictionary<int, ProtobufField>> _messages = Parse();

    public static IReadOnlyDictionary<int, ProtobufField>? Of(string message) => _messages.GetValueOrDefault(message);

    private static Dictionary<string, Dictionary<int, ProtobufField>> Parse()
    {
        Dictionary<string, Dictionary<int, ProtobufField>> messages = [];
        Dictionary<int, ProtobufField> fields = [];
        foreach (string word in Table.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
            if (word[^1] == ':')
                messages[word[..^1]] = fields = [];
            else
                Add(fields, word);
        return messages;
    }

    private static void Add(Dictionary<int, ProtobufField> fields, string word)
    {
        int equals = word.IndexOf('='), colon = word.IndexOf(':');
        string type = word[(colon + 1)..];
        bool isOptional = type[^1] == '?';
        if (isOptional)
            type = type[..^1];
        char shape = type[^1] is '*' or '%' ? type[^1] : ' ';
        if (shape != ' ')
            type = type[..^1];
        fields[int.Parse(word.AsSpan(0, equals))] = new(word[(equals + 1)..colon], type, shape, isOptional);
    }

    // number=name:type, with * for a list, % for a map and ? where Go has a pointer.
    private const string Table = """
        AppArmorProfile: 1=type:string 2=localhostProfile:string?
        Capabilities: 1=add:string* 2=drop:string*
        ConfigMap: 1=metadata:ObjectMeta 2=data:string% 3=binaryData:bytes% 4=immutable:bool?
        ConfigMapEnvSource: 1=:LocalObjectReference 2=optional:bool?
        ConfigMapKeySelector: 1=:LocalObjectReference 2=key:string 3=optional:bool?
        ConfigMapProjection: 1=:LocalObjectReference 2=items:KeyToPath* 4=optional:bool?
        ConfigMapVolumeSource: 1=:LocalObjectReference 2=items:KeyToPath* 3=defaultMode:int? 4=optional:bool? 5=defaultUser:int?
        Container: 1=name:string 2=image:string 3=command:string* 4=args:string* 5=workingDir:string 6=ports:ContainerPort* 7=env:EnvVar*
          8=resources:ResourceRequirements 9=volumeMounts:VolumeMount* 10=livenessProbe:Probe? 11=readinessProbe:Probe? 12=lifecycle:Lifecycle?
          13=terminationMessagePath:string 14=imagePullPolicy:string 15=securityContext:SecurityContext? 16=stdin:bool 17=stdinOnce:bool 18=tty:bool
          19=envFrom:EnvFromSource* 20=terminationMessagePolicy:string 21=volumeDevices:!* 22=startupProbe:Probe? 23=resizePolicy:!*
          24=restartPolicy:string? 25=restartPolicyRules:!*
        ContainerPort: 1=name:string 2=hostPort:int 3=containerPort:int 4=protocol:string 5=hostIP:string
        DaemonSet: 1=metadata:ObjectMeta 2=spec:DaemonSetSpec 3=status:-
        DaemonSetSpec: 1=selector:LabelSelector? 2=template:PodTemplateSpec 3=updateStrategy:DaemonSetUpdateStrategy 4=minReadySeconds:int
          6=revisionHistoryLimit:int?
        DaemonSetUpdateStrategy: 1=type:string 2=rollingUpdate:RollingUpdateDaemonSet?
        DeleteOptions: 1=gracePeriodSeconds:int? 2=preconditions:Preconditions? 3=orphanDependents:bool? 4=propagationPolicy:string?
          5=dryRun:string* 6=ignoreStoreReadErrorWithClusterBreakingPotential:bool?
        Deployment: 1=metadata:ObjectMeta 2=spec:DeploymentSpec 3=status:-
        DeploymentSpec: 1=replicas:int? 2=selector:LabelSelector? 3=template:PodTemplateSpec 4=strategy:DeploymentStrategy 5=minReadySeconds:int
          6=revisionHistoryLimit:int? 7=paused:bool 9=progressDeadlineSeconds:int?
        DeploymentStrategy: 1=type:string 2=rollingUpdate:RollingUpdateDeployment?
        DownwardAPIProjection: 1=items:DownwardAPIVolumeFile*
        DownwardAPIVolumeFile: 1=path:string 2=fieldRef:ObjectFieldSelector? 3=resourceFieldRef:ResourceFieldSelector? 4=mode:int? 5=user:int?
        DownwardAPIVolumeSource: 1=items:DownwardAPIVolumeFile* 2=defaultMode:int? 3=defaultUser:int?
        EmptyDirVolumeSource: 1=medium:string 2=sizeLimit:quantity? 3=mode:int?
        EnvFromSource: 1=prefix:string 2=configMapRef:ConfigMapEnvSource? 3=secretRef:SecretEnvSource?
        EnvVar: 1=name:string 2=value:string 3=valueFrom:EnvVarSource?
        EnvVarSource: 1=fieldRef:ObjectFieldSelector? 2=resourceFieldRef:ResourceFieldSelector? 3=configMapKeyRef:ConfigMapKeySelector?
          4=secretKeyRef:SecretKeySelector? 5=fileKeyRef:FileKeySelector?
        ExecAction: 1=command:string*
        FileKeySelector: 1=volumeName:string 2=path:string 3=key:string 4=optional:bool?
        GRPCAction: 1=port:int 2=service:string? 3=mode:string?
        HTTPGetAction: 1=path:string 2=port:intOrString 3=host:string 4=scheme:string 5=httpHeaders:HTTPHeader* 6=protocol:string?
        HTTPHeader: 1=name:string 2=value:string
        HostAlias: 1=ip:string 2=hostnames:string*
        HostPathVolumeSource: 1=path:string 2=type:string?
        ImageVolumeSource: 1=reference:string 2=pullPolicy:string
        Job: 1=metadata:ObjectMeta 2=spec:JobSpec 3=status:-
        JobSpec: 1=parallelism:int? 2=completions:int? 3=activeDeadlineSeconds:int? 4=selector:LabelSelector? 5=manualSelector:bool?
          6=template:PodTemplateSpec 7=backoffLimit:int? 8=ttlSecondsAfterFinished:int? 9=completionMode:string? 10=suspend:bool?
          11=podFailurePolicy:!? 12=backoffLimitPerIndex:int? 13=maxFailedIndexes:int? 14=podReplacementPolicy:string? 15=managedBy:string?
          16=successPolicy:!? 17=scheduling:!?
        KeyToPath: 1=key:string 2=path:string 3=mode:int? 4=user:int?
        LabelSelector: 1=matchLabels:string% 2=matchExpressions:LabelSelectorRequirement*
        LabelSelectorRequirement: 1=key:string 2=operator:string 3=values:string*
        Lifecycle: 1=postStart:LifecycleHandler? 2=preStop:LifecycleHandler? 3=stopSignal:string?
        LifecycleHandler: 1=exec:ExecAction? 2=httpGet:HTTPGetAction? 3=tcpSocket:TCPSocketAction? 4=sleep:SleepAction?
        LimitRange: 1=metadata:ObjectMeta 2=spec:LimitRangeSpec
        LimitRangeItem: 1=type:string 2=max:quantity% 3=min:quantity% 4=default:quantity% 5=defaultRequest:quantity% 6=maxLimitRequestRatio:quantity%
        LimitRangeSpec: 1=limits:LimitRangeItem*
        LocalObjectReference: 1=name:string
        ObjectFieldSelector: 1=apiVersion:string 2=fieldPath:string
        ObjectMeta: 1=name:string 2=generateName:string 3=namespace:string 4=selfLink:string 5=uid:string 6=resourceVersion:string 7=generation:int
          8=creationTimestamp:time 9=deletionTimestamp:time? 10=deletionGracePeriodSeconds:int? 11=labels:string% 12=annotations:string%
          13=ownerReferences:OwnerReference* 14=finalizers:string* 17=managedFields:-
        OwnerReference: 1=kind:string 3=name:string 4=uid:string 5=apiVersion:string 6=controller:bool? 7=blockOwnerDeletion:bool?
        PersistentVolumeClaim: 1=metadata:ObjectMeta 2=spec:PersistentVolumeClaimSpec 3=status:-
        PersistentVolumeClaimSpec: 1=accessModes:string* 2=resources:VolumeResourceRequirements 3=volumeName:string 4=selector:LabelSelector?
          5=storageClassName:string? 6=volumeMode:string? 7=dataSource:!? 8=dataSourceRef:!? 9=volumeAttributesClassName:string?
        PersistentVolumeClaimVolumeSource: 1=claimName:string 2=readOnly:bool
        Pod: 1=metadata:ObjectMeta 2=spec:PodSpec 3=status:-
        PodDNSConfig: 1=nameservers:string* 2=searches:string* 3=options:PodDNSConfigOption*
        PodDNSConfigOption: 1=name:string 2=value:string?
        PodOS: 1=name:string
        PodReadinessGate: 1=conditionType:string
        PodSchedulingGate: 1=name:string
        PodSecurityContext: 1=seLinuxOptions:SELinuxOptions? 2=runAsUser:int? 3=runAsNonRoot:bool? 4=supplementalGroups:int* 5=fsGroup:int?
          6=runAsGroup:int? 7=sysctls:Sysctl* 8=windowsOptions:!? 9=fsGroupChangePolicy:string? 10=seccompProfile:SeccompProfile?
          11=appArmorProfile:AppArmorProfile? 12=supplementalGroupsPolicy:string? 13=seLinuxChangePolicy:string?
        PodSpec: 1=volumes:Volume* 2=containers:Container* 3=restartPolicy:string 4=terminationGracePeriodSeconds:int? 5=activeDeadlineSeconds:int?
          6=dnsPolicy:string 7=nodeSelector:string% 8=serviceAccountName:string 9=serviceAccount:string 10=nodeName:string 11=hostNetwork:bool
          12=hostPID:bool 13=hostIPC:bool 14=securityContext:PodSecurityContext? 15=imagePullSecrets:LocalObjectReference* 16=hostname:string
          17=subdomain:string 18=affinity:!? 19=schedulerName:string 20=initContainers:Container* 21=automountServiceAccountToken:bool?
          22=tolerations:Toleration* 23=hostAliases:HostAlias* 24=priorityClassName:string 25=priority:int? 26=dnsConfig:PodDNSConfig?
          27=shareProcessNamespace:bool? 28=readinessGates:PodReadinessGate* 29=runtimeClassName:string? 30=enableServiceLinks:bool?
          31=preemptionPolicy:string? 32=overhead:quantity% 33=topologySpreadConstraints:!* 34=ephemeralContainers:!* 35=setHostnameAsFQDN:bool?
          36=os:PodOS? 37=hostUsers:bool? 38=schedulingGates:PodSchedulingGate* 39=resourceClaims:!* 40=resources:ResourceRequirements?
          41=hostnameOverride:string? 43=schedulingGroup:!? 44=evictionResponders:!*
        PodTemplateSpec: 1=metadata:ObjectMeta 2=spec:PodSpec
        Preconditions: 1=uid:string? 2=resourceVersion:string?
        Probe: 1=:ProbeHandler 2=initialDelaySeconds:int 3=timeoutSeconds:int 4=periodSeconds:int 5=successThreshold:int 6=failureThreshold:int
          7=terminationGracePeriodSeconds:int?
        ProbeHandler: 1=exec:ExecAction? 2=httpGet:HTTPGetAction? 3=tcpSocket:TCPSocketAction? 4=grpc:GRPCAction?
        ProjectedVolumeSource: 1=sources:VolumeProjection* 2=defaultMode:int? 3=defaultUser:int?
        ResourceAttributes: 1=namespace:string 2=verb:string 3=group:string 4=version:string 5=resource:string 6=subresource:string 7=name:string
          8=fieldSelector:!? 9=labelSelector:!?
        ResourceFieldSelector: 1=containerName:string 2=resource:string 3=divisor:quantity
        ResourceQuota: 1=metadata:ObjectMeta 2=spec:ResourceQuotaSpec 3=status:-
        ResourceQuotaSpec: 1=hard:quantity% 2=scopes:string* 3=scopeSelector:!?
        ResourceRequirements: 1=limits:quantity% 2=requests:quantity% 3=claims:!*
        RollingUpdateDaemonSet: 1=maxUnavailable:intOrString? 2=maxSurge:intOrString?
        RollingUpdateDeployment: 1=maxUnavailable:intOrString? 2=maxSurge:intOrString?
        SELinuxOptions: 1=user:string 2=role:string 3=type:string 4=level:string
        SeccompProfile: 1=type:string 2=localhostProfile:string?
        Secret: 1=metadata:ObjectMeta 2=data:bytes% 3=type:string 4=stringData:string% 5=immutable:bool?
        SecretEnvSource: 1=:LocalObjectReference 2=optional:bool?
        SecretKeySelector: 1=:LocalObjectReference 2=key:string 3=optional:bool?
        SecretProjection: 1=:LocalObjectReference 2=items:KeyToPath* 4=optional:bool?
        SecretVolumeSource: 1=secretName:string 2=items:KeyToPath* 3=defaultMode:int? 4=optional:bool? 5=defaultUser:int?
        SecurityContext: 1=capabilities:Capabilities? 2=privileged:bool? 3=seLinuxOptions:SELinuxOptions? 4=runAsUser:int? 5=runAsNonRoot:bool?
          6=readOnlyRootFilesystem:bool? 7=allowPrivilegeEscalation:bool? 8=runAsGroup:int? 9=procMount:string? 10=windowsOptions:!?
          11=seccompProfile:SeccompProfile? 12=appArmorProfile:AppArmorProfile?
        SelfSubjectAccessReview: 1=metadata:ObjectMeta 2=spec:SelfSubjectAccessReviewSpec 3=status:-
        SelfSubjectAccessReviewSpec: 1=resourceAttributes:ResourceAttributes? 2=nonResourceAttributes:!?
        SelfSubjectReview: 1=metadata:ObjectMeta 2=status:-
        SelfSubjectRulesReview: 1=metadata:ObjectMeta 2=spec:SelfSubjectRulesReviewSpec 3=status:-
        SelfSubjectRulesReviewSpec: 1=namespace:string
        ServiceAccountTokenProjection: 1=audience:string 2=expirationSeconds:int? 3=path:string 4=user:int?
        SleepAction: 1=seconds:int
        Sysctl: 1=name:string 2=value:string
        TCPSocketAction: 1=port:intOrString 2=host:string
        Toleration: 1=key:string 2=operator:string 3=value:string 4=effect:string 5=tolerationSeconds:int?
        Volume: 1=name:string 2=:VolumeSource
        VolumeMount: 1=name:string 2=readOnly:bool 3=mountPath:string 4=subPath:string 5=mountPropagation:string? 6=subPathExpr:string
          7=recursiveReadOnly:string? 8=bindMountOptions:string*
        VolumeProjection: 1=secret:SecretProjection? 2=downwardAPI:DownwardAPIProjection? 3=configMap:ConfigMapProjection?
          4=serviceAccountToken:ServiceAccountTokenProjection? 5=clusterTrustBundle:!? 6=podCertificate:!?
        VolumeResourceRequirements: 1=limits:quantity% 2=requests:quantity%
        VolumeSource: 1=hostPath:HostPathVolumeSource? 2=emptyDir:EmptyDirVolumeSource? 3=gcePersistentDisk:!? 4=awsElasticBlockStore:!?
          5=gitRepo:!? 6=secret:SecretVolumeSource? 7=nfs:!? 8=iscsi:!? 9=glusterfs:!? 10=persistentVolumeClaim:PersistentVolumeClaimVolumeSource?
          11=rbd:!? 12=flexVolume:!? 13=cinder:!? 14=cephfs:!? 15=flocker:!? 16=downwardAPI:DownwardAPIVolumeSource? 17=fc:!? 18=azureFile:!?
          19=configMap:ConfigMapVolumeSource? 20=vsphereVolume:!? 21=quobyte:!? 22=azureDisk:!? 23=photonPersistentDisk:!? 24=portworxVolume:!?
          25=scaleIO:!? 26=projected:ProjectedVolumeSource? 27=storageos:!? 28=csi:!? 29=ephemeral:!? 30=image:ImageVolumeSource?
        """;
}
