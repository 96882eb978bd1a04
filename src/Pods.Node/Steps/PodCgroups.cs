using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>A pod's own cgroup, below one of its quality of service, as the kubelet has it: a directory, or a slice of systemd.</summary>
internal sealed class PodCgroups(NodeOptions options)
{
    private static readonly string?[] Qualities = [null, "burstable", "besteffort"];

    /// <summary>The name of a new one: a path, or a slice.</summary>
    public string NameOf(Pod pod) => NameOf(pod.Metadata!.Uid!, options.CgroupDriver, QosClass.Of(pod.Spec!) switch
    {
        QosClass.Guaranteed => null,
        QosClass.Burstable => "burstable",
        _ => "besteffort",
    });

    /// <summary>Every name that one of a pod can have, of which nothing is known any more but its uid.</summary>
    public IEnumerable<string> NamesOf(string uid) => Enum.GetValues<CgroupDriver>().SelectMany(d => Qualities.Select(q => NameOf(uid, d, q)));

    private string NameOf(string uid, CgroupDriver driver, string? quality)
    {
        string[] parts = [.. new[] { options.CgroupParent.Trim('/'), quality, "pod" + uid }.OfType<string>()];
        return driver == CgroupDriver.Systemd ? SystemdSlices.NameOf(parts) : "/" + string.Join('/', parts);
    }

    /// <summary>Before the first one is made.</summary>
    /// <returns>What will be amiss, though pods run.</returns>
    public async Task<string?> PrepareAsync(CancellationToken cancel)
    {
        if (options.CgroupDriver != CgroupDriver.Systemd)
            return null;
        string root = SystemdSlices.NameOf(options.CgroupParent);
        string? failure = await SystemdSlices.PrepareAsync(root, cancel);
        return failure is null ? null : $"the machine's shutdown will not wait for pods in {root}: {failure}";
    }

    /// <summary>Makes it, with the pod's limits; one that a crash has left is limited anew.</summary>
    public static Task CreateAsync(Pod pod, string name, CancellationToken cancel)
    {
        if (SystemdSlices.IsSlice(name))
            return SystemdSlices.CreateAsync(name, $"Pod {pod.Metadata!.Namespace}/{pod.Metadata.Name}", LimitsOf(pod), cancel);
        Cgroup.Create(name).Limit(LimitsOf(pod));
        return Task.CompletedTask;
    }

    public static Task LimitAsync(Pod pod, string name, CancellationToken cancel)
    {
        if (SystemdSlices.IsSlice(name))
            return SystemdSlices.LimitAsync(name, LimitsOf(pod), cancel);
        Cgroup.At(name).Limit(LimitsOf(pod));
        return Task.CompletedTask;
    }

    /// <summary>No limit of its own, for as long as the limits of its containers are changed.</summary>
    public static Task UnlimitAsync(string name, CancellationToken cancel)
    {
        if (SystemdSlices.IsSlice(name))
            return SystemdSlices.LimitAsync(name, new(), cancel);
        Cgroup.At(name).Unlimit();
        return Task.CompletedTask;
    }

    public static Cgroup At(string name) => Cgroup.At(SystemdSlices.IsSlice(name) ? SystemdSlices.PathOf(name) : name);

    /// <summary>What is still in it was left by a shim or runtime that was killed itself.</summary>
    public static async Task RemoveAsync(string name, CancellationToken cancel)
    {
        try
        {
            Cgroup cgroup = At(name);
            if (!cgroup.Exists)
                return;
            cgroup.Kill();
            if (SystemdSlices.IsSlice(name))
                await SystemdSlices.RemoveAsync(name, cancel);
            else
                cgroup.Remove();
        }
        catch (LinuxException e)
        {
            throw new StepException(StepReason.FailedKillPod, $"cgroup {name}: {e.Message}", e);
        }
    }

    private static CgroupLimits LimitsOf(Pod pod)
    {
        PodLimits wanted = PodResources.Of(pod.Spec!);
        return new()
        {
            MemoryBytes = wanted.MemoryBytes,
            CpuQuotaMicroseconds = wanted.CpuQuotaMicroseconds,
            CpuPeriodMicroseconds = wanted.CpuQuotaMicroseconds is null ? null : wanted.CpuPeriodMicroseconds,
            CpuShares = wanted.CpuShares,
        };
    }
}
