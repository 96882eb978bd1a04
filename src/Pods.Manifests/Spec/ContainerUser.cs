using System.Globalization;
using Pods.Oci;

namespace Pods.Manifests;

/// <summary>
/// As whom a container runs: runAsUser and runAsGroup, else the image's user, looked up in the image's own
/// /etc/passwd and /etc/group; supplementalGroups and fsGroup are added to the groups found there.
/// </summary>
public static class ContainerUser
{
    /// <param name="passwd">The content of the image's /etc/passwd, or null.</param>
    /// <param name="group">The content of the image's /etc/group, or null.</param>
    public static RuntimeUser Resolve(Pod pod, Container container, ImageProcess? image, string? passwd, string? group)
    {
        PodSecurityContext? ofPod = pod.Spec?.SecurityContext;
        SecurityContext? own = container.SecurityContext;
        long? wantedUser = own?.RunAsUser ?? ofPod?.RunAsUser, wantedGroup = own?.RunAsGroup ?? ofPod?.RunAsGroup;
        string[] ofImage = (image?.User ?? "").Split(':', 2);
        string user = wantedUser is null ? ofImage[0] : Text(wantedUser.Value);
        string groupText = wantedGroup is { } gid ? Text(gid) : wantedUser is null && ofImage.Length > 1 ? ofImage[1] : "";

        string[]? account = Account(user, Lines(passwd));
        uint uid = user.Length == 0 ? 0 : Number(user) ?? Number(Field(account, 2))
            ?? throw new SpecException($"container \"{container.Name}\": user \"{user}\" is not in the image's /etc/passwd");
        CheckNotRoot(pod, container, user, uid, hasWantedUser: wantedUser is not null);
        List<string[]> groups = Lines(group);
        uint primary = Group(groupText, groups, container) ?? Number(Field(account, 3)) ?? 0;
        IEnumerable<uint> additional = Additional(Field(account, 0), groups, ofPod).Where(gid => gid != primary);
        return new() { Uid = uid, Gid = primary, AdditionalGids = [primary, .. additional] };
    }

    private static string[]? Account(string user, List<string[]> accounts) => user.Length == 0
        ? accounts.Find(line => Field(line, 2) == "0")
        : accounts.Find(line => line[0] == user) ?? accounts.Find(line => Number(user) is { } uid && Number(Field(line, 2)) == uid);

    private static uint? Group(string group, List<string[]> groups, Container container) => group.Length == 0
        ? null
        : Number(group) ?? Number(Field(groups.Find(line => line[0] == group), 2))
            ?? throw new SpecException($"container \"{container.Name}\": group \"{group}\" is not in the image's /etc/group");

    // The primary group stands in front of them: without it a process could drop out of a group that a file denies
    // access to (CVE-2023-25173).
    private static IEnumerable<uint> Additional(string name, List<string[]> groups, PodSecurityContext? ofPod)
    {
        IEnumerable<uint> ofImage = groups
            .Where(line => ofPod?.SupplementalGroupsPolicy != "Strict" && name.Length > 0 && line[0] != name && Field(line, 3).Split(',').Contains(name))
            .Select(line => Number(Field(line, 2))).OfType<uint>();
        IEnumerable<uint> wanted = (ofPod?.SupplementalGroups ?? []).Select(gid => (uint)gid);
        return ofImage.Concat(wanted).Concat(ofPod?.FsGroup is { } owner ? [(uint)owner] : []).Distinct();
    }

    // A name says nothing about being root until it is looked up, and an image may lie about it: refused, as by the kubelet.
    private static void CheckNotRoot(Pod pod, Container container, string user, uint uid, bool hasWantedUser)
    {
        if ((container.SecurityContext?.RunAsNonRoot ?? pod.Spec?.SecurityContext?.RunAsNonRoot) != true)
            return;
        string? trouble = (hasWantedUser, uid) switch
        {
            (true, 0) => "container's runAsUser breaks non-root policy",
            (false, _) when user.Length > 0 && Number(user) is null =>
                $"container has runAsNonRoot and image has non-numeric user ({user}), cannot verify user is non-root",
            (false, 0) => "container has runAsNonRoot and image will run as root",
            _ => null,
        };
        if (trouble is not null)
            throw new SpecException(
                $"{trouble} (pod: \"{pod.Metadata?.Name}_{pod.Metadata?.Namespace}({pod.Metadata?.Uid})\", container: {container.Name})");
    }

    private static List<string[]> Lines(string? file) =>
        [.. (file ?? "").Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.TrimEnd('\r').Split(':'))];

    private static string Field(string[]? line, int index) => line is not null && index < line.Length ? line[index] : "";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static uint? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? (uint)number : null;
}
