namespace Pods.Manifests;

/// <summary>oom_score_adj of a container: whom the kernel kills first when the machine is out of memory, by the kubelet's formula.</summary>
internal static class OomScore
{
    /// <summary>The sandbox: nothing works without it and it uses next to nothing.</summary>
    public const int Sandbox = -998;
    private const int Guaranteed = -997;
    private const int BestEffort = 1000;

    /// <param name="spec">With defaults applied.</param>
    public static int Of(PodSpec spec, Container container, long machineBytes)
    {
        switch (QosClass.Of(spec))
        {
            case QosClass.Guaranteed:
                return Guaranteed;
            case QosClass.BestEffort:
                return BestEffort;
        }
        // The larger the part of the machine that was asked for, the later it is killed.
        long score = 1000 - (long)(1000m * container.Requested("memory") / machineBytes);
        return (int)Math.Clamp(score, BestEffort + Guaranteed, BestEffort - 1);
    }

    /// <summary>Nothing below the bound can be written without CAP_SYS_RESOURCE.</summary>
    public static int Permitted(int score, int? lowest) => lowest is { } bound && score < bound ? bound : score;
}
