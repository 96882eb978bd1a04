using Pods.Manifests;

namespace Pods.Node;

/// <summary>Which container of a pod a request for a log or an exec is about.</summary>
internal static class ContainerChoice
{
    /// <exception cref="NodeException">There is none of that name, or none was named and there are several.</exception>
    public static string Of(Pod pod, string? wanted)
    {
        string[] apps = [.. (pod.Spec?.Containers ?? []).Select(c => c.Name!)];
        string[] inits = [.. (pod.Spec?.InitContainers ?? []).Select(c => c.Name!)];
        if (wanted is null)
            return apps is [var only] ? only : throw NodeException.BadRequest(
                $"a container name must be specified for pod {pod.Metadata?.Name}, choose one of: [{string.Join(' ', apps)}]"
                + (inits.Length > 0 ? $" or one of the init containers: [{string.Join(' ', inits)}]" : ""));
        return apps.Contains(wanted) || inits.Contains(wanted) ? wanted
            : throw NodeException.BadRequest($"container {wanted} is not valid for pod {pod.Metadata?.Name}");
    }
}
