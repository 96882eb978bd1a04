using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pods.Manifests;

/// <summary>
/// What of a container's definition its process was started with, in few characters: kept beside each run, so that a change of the
/// definition, whenever it came, is seen as a difference.
/// </summary>
public static class ContainerFingerprint
{
    /// <summary>Fields that podsd looks at when their time comes, and that no process was started with.</summary>
    private static readonly string[] _inPlace =
    [
        "resources", "startupProbe", "livenessProbe", "readinessProbe", "lifecycle", "imagePullPolicy", "terminationMessagePolicy",
        "restartPolicy", "restartPolicyRules", "ports",
    ];

    // A container is asked about at every look at its pod, and changes hardly ever.
    private static readonly ConditionalWeakTable<Container, string> _known = [];

    public static bool IsInPlace(string field) => _inPlace.Contains(field);

    public static string OfProcess(Container container) => _known.GetValue(container, static c =>
    {
        JsonObject tree = JsonSerializer.SerializeToNode(c, KubernetesJson.Default.Container)!.AsObject();
        foreach (string field in _inPlace)
            tree.Remove(field);
        return Hash(tree.ToJsonString());
    });

    public static string OfResources(Container container)
    {
        ResourceRequirements resources = container.Resources ?? new();
        return string.Join(' ', Words("l", resources.Limits).Concat(Words("r", resources.Requests)));
    }

    private static IEnumerable<string> Words(string mark, IReadOnlyDictionary<string, Quantity>? amounts) =>
        (amounts ?? new Dictionary<string, Quantity>()).OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{mark}:{a.Key}={a.Value}");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
