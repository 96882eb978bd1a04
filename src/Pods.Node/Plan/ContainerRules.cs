using Pods.Manifests;

namespace Pods.Node;

/// <summary>What Kubernetes says of one container by its place in the pod and its own policy. Pure.</summary>
internal static class ContainerRules
{
    /// <summary>An init container that goes on beside the apps.</summary>
    public static bool IsSidecar(PodSpec spec, string? name) =>
        (spec.InitContainers ?? []).Any(c => c.Name == name && c.RestartPolicy == "Always");

    public static Container? Find(PodSpec spec, string? name) =>
        (spec.InitContainers ?? []).Concat(spec.Containers ?? []).FirstOrDefault(c => c.Name == name);

    /// <summary>Whether a run that ended with this code is followed by another.</summary>
    public static bool ShouldRestart(PodSpec spec, string name, int code)
    {
        if (Find(spec, name) is not { } container)
            return false;
        // A rule says more than the policy, but not even it makes an init container that is done run again.
        bool isInit = (spec.InitContainers ?? []).Any(c => c.Name == name);
        if (isInit && container.RestartPolicy != "Always" && code == 0)
            return false;
        if ((container.RestartPolicyRules ?? []).Any(rule => Matches(rule, code)))
            return true;
        return (container.RestartPolicy ?? spec.RestartPolicy) switch
        {
            "Always" => true,
            "OnFailure" => code != 0,
            _ => false,
        };
    }

    /// <summary>Runs, its postStart hook is done and its startup probe has succeeded: what comes after it may begin.</summary>
    public static bool HasStarted(Container container, ContainerRun? run) =>
        run is { Phase: RunPhase.Running, IsPostStartPending: false } && (container.StartupProbe is null || run.HasStarted);

    public static bool IsReady(Container container, ContainerRun? run) =>
        HasStarted(container, run) && (container.ReadinessProbe is null || run!.IsReady);

    private static bool Matches(ContainerRestartRule rule, int code) =>
        rule is { Action: "Restart", ExitCodes: { } codes } && (codes.Values ?? []).Contains(code) == (codes.Operator == "In");
}
