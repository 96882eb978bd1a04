using Pods.Manifests;

namespace Pods.Node;

/// <summary>Whether a pod is over, and how.</summary>
internal static class PodOutcome
{
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";

    /// <summary>Succeeded, Failed, or null while it goes on.</summary>
    public static string? Of(Pod pod, PodMemory memory)
    {
        PodSpec spec = pod.Spec!;
        if (spec.RestartPolicy == "Always")
            return null;
        foreach (Container init in spec.InitContainers ?? [])
            if (spec.RestartPolicy == "Never" && memory.Run(init.Name) is { Phase: RunPhase.Exited, Ended.ExitCode: not 0 })
                return Failed;
        ContainerRun?[] runs = [.. (spec.Containers ?? []).Select(c => memory.Run(c.Name))];
        if (runs.Any(r => r is not { Phase: RunPhase.Exited } || ShouldRestart(spec, r)))
            return null;
        return runs.All(r => r!.Ended?.ExitCode == 0) ? Succeeded : Failed;
    }

    public static bool ShouldRestart(PodSpec spec, ContainerRun ended) => spec.RestartPolicy switch
    {
        "Always" => true,
        "OnFailure" => ended.Ended?.ExitCode != 0,
        _ => false,
    };
}
