using Pods.Manifests;

namespace Pods.Cli.Doctor;

/// <summary>What lies about of pods that are gone. podsd clears it away when it starts: it comes from something that went wrong since.</summary>
internal sealed class LeftoverCheck(Machine machine, DaemonSettings settings, Func<Task<IReadOnlyList<Pod>>> list)
{
    // podsd's labels on containers.
    private const string Owner = "io.pods.root", Uid = "io.kubernetes.pod.uid", Check = "leftover state";

    private sealed record Leftover(string What, string Remedy);

    public async Task<Finding> RunAsync(CancellationToken cancel)
    {
        // A pod may come between two looks: what is left over is so in both.
        IReadOnlyList<Leftover> found = await LookAsync(cancel);
        if (found is not [])
            found = [.. (await LookAsync(cancel)).Intersect(found)];
        return found is [] ? Finding.Ok(Check, "none")
            : Finding.Warning(Check, string.Join(", ", found.Select(l => l.What)), string.Join("; ", found.Select(l => l.Remedy).Distinct()));
    }

    private async Task<IReadOnlyList<Leftover>> LookAsync(CancellationToken cancel)
    {
        HashSet<string> known = [.. (await list()).Select(pod => pod.Metadata?.Uid ?? "")];
        return [.. Directories(known), .. await OrphansAsync(known, cancel), .. await NamespacesAsync(cancel), .. Cgroups(known)];
    }

    // Mounts of a pod lie in its directories.
    private IEnumerable<Leftover> Directories(HashSet<string> known) =>
        from parent in new[] { $"{settings["root"]}/pods", $"{settings["state"]}/pods" }
        from uid in machine.List(parent)
        where !known.Contains(uid)
        select new Leftover($"directory {parent}/{uid}", "systemctl restart podsd");

    private async Task<IEnumerable<Leftover>> OrphansAsync(HashSet<string> known, CancellationToken cancel)
    {
        string filter = string.Join(',', [
            $"labels.\"{Owner}\"==\"{settings["root"]}\"", .. known.Select(uid => $"labels.\"{Uid}\"!=\"{uid}\""),
        ]);
        return (await ContainersAsync([filter], cancel) ?? []).Select(id => new Leftover($"container {id}", "systemctl restart podsd"));
    }

    // Null when containerd does not tell us, which is another check's affair.
    private async Task<string[]?> ContainersAsync(string[] filters, CancellationToken cancel)
    {
        if (machine.FindProgram("ctr") is not { } ctr)
            return null;
        string[] where = ["--address", machine.At(settings["containerd"]), "--namespace", settings["namespace"]];
        return await Machine.RunAsync(ctr, [.. where, "containers", "ls", "--quiet", .. filters], cancel) is { ExitCode: 0 } run
            ? run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : null;
    }

    private async Task<IEnumerable<Leftover>> NamespacesAsync(CancellationToken cancel)
    {
        const string prefix = "pods-";
        string directory = settings["netns-dir"];
        string[] pins = [.. machine.List(directory).Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
        if (pins is [] || await ContainersAsync([], cancel) is not { } containers)
            return [];
        // A pin is named after its sandbox, which has a container, or is about to be attached to its network.
        string[] sandboxes = [.. containers, .. machine.List($"{settings["root"]}/network")];
        return from pin in pins
               where !sandboxes.Any(id => id.StartsWith(pin[prefix.Length..], StringComparison.Ordinal))
               select new Leftover($"network namespace {directory}/{pin}",
                   directory == "/run/netns" ? $"ip netns delete {pin}" : $"umount {directory}/{pin}; rm {directory}/{pin}");
    }

    // Empty ones only: in the same parent another podsd may have its own.
    private IEnumerable<Leftover> Cgroups(HashSet<string> known)
    {
        string[] parent = settings["cgroup-parent"].Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (string tree in new[] { "/sys/fs/cgroup", "/sys/fs/cgroup/memory" })
            foreach (string[] path in new[] { parent, [.. parent, "burstable"], [.. parent, "besteffort"] })
            {
                string directory = $"{tree}/{string.Join('/', path)}";
                foreach (string name in machine.List(directory))
                    if (name.StartsWith("pod", StringComparison.Ordinal) && !known.Contains(name["pod".Length..])
                        && machine.IsEmptyCgroup($"{directory}/{name}"))
                        yield return new($"cgroup {directory}/{name}", $"find /sys/fs/cgroup -depth -type d -path '*/{name}*' -exec rmdir {{}} +");
                // The same as slices of systemd: a-b.slice lies in a.slice, and a uid has "_" where it had "-".
                string[] words = [.. path.Select(word => word.Replace('-', '_'))];
                directory = tree + string.Concat(words.Select((_, i) => $"/{string.Join('-', words[..(i + 1)])}.slice"));
                string prefix = string.Join('-', words) + "-pod";
                foreach (string name in machine.List(directory).Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
                    if (!known.Contains(Path.GetFileNameWithoutExtension(name)[prefix.Length..].Replace('_', '-'))
                        && machine.IsEmptyCgroup($"{directory}/{name}"))
                        yield return new($"slice {name}", $"systemctl stop {name}");
            }
    }
}
