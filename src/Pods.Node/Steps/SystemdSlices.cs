using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Pods.Linux;

namespace Pods.Node;

/// <summary>Slices of systemd: asked for by busctl, which comes with it.</summary>
internal static class SystemdSlices
{
    public const string Program = "/usr/bin/busctl";

    private const string DropIn = "10-pods.conf";
    private const string Content = "[Unit]\nDefaultDependencies=no\n";

    private static readonly string[] s_manager = ["org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"];

    public static bool IsSlice(string cgroup) => cgroup.EndsWith(".slice", StringComparison.Ordinal);

    /// <summary>Where a slice lies in the tree: a-b.slice below a.slice.</summary>
    public static string PathOf(string slice)
    {
        string path = "", name = "";
        foreach (string part in slice[..^".slice".Length].Split('-'))
        {
            name = name.Length == 0 ? part : $"{name}-{part}";
            path += $"/{name}.slice";
        }
        return path;
    }

    /// <summary>The slice of a cgroup's name; what is "-" to systemd is escaped as the kubelet does it.</summary>
    public static string NameOf(params IEnumerable<string> parts) =>
        string.Join('-', parts.SelectMany(p => p.Split('/', StringSplitOptions.RemoveEmptyEntries)).Select(p => p.Replace('-', '_'))) + ".slice";

    /// <summary>
    /// Before the first slice is made below a root. systemd reads a slice before it takes our properties of it, and gives it then its
    /// usual dependencies: the machine's shutdown would stop the slice, and what runs in it, before podsd can end the pod. Only a file
    /// comes early enough. The package has those of pods.slice.
    /// </summary>
    /// <returns>Why it could not be done.</returns>
    public static async Task<string?> PrepareAsync(string root, CancellationToken cancel)
    {
        string[] missing = [.. DropInsOf(root).Where(d => !File.Exists($"/usr/lib/systemd/system/{d}") && !File.Exists($"/run/systemd/system/{d}"))];
        try
        {
            foreach (string path in missing.Select(d => $"/run/systemd/system/{d}"))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllTextAsync(path, Content, cancel);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
        return missing.Length == 0 ? null : await CallAsync(["Reload"], cancel);
    }

    /// <summary>Of the root itself, and of all slices below it: their names begin with its own.</summary>
    internal static string[] DropInsOf(string root) => [$"{root}.d/{DropIn}", $"{root[..^".slice".Length]}-.slice.d/{DropIn}"];

    /// <summary>A slice that is there already gets the limits.</summary>
    /// <exception cref="StepException">systemd does not want it.</exception>
    public static async Task CreateAsync(string slice, string what, CgroupLimits limits, CancellationToken cancel)
    {
        List<string> properties = [.. Properties(limits), "Description", "s", what];
        foreach (string accounting in (string[])["MemoryAccounting", "CPUAccounting", "TasksAccounting", "IOAccounting"])
            properties.AddRange([accounting, "b", "true"]);
        string? failure = await CallAsync(
            ["StartTransientUnit", "ssa(sv)a(sa(sv))", slice, "replace", Text(properties.Count / 3), .. properties, "0"], cancel);
        if (failure is null)
            return;
        // It is known already: a crash left it, or the one before has only just stopped and is not forgotten yet.
        if (await CallAsync(["StartUnit", "ss", slice, "replace"], cancel) is not null)
            throw new StepException(StepReason.FailedCreatePodSandBox, $"slice {slice}: {failure}");
        await LimitAsync(slice, limits, cancel);
    }

    /// <summary>Sets all limits; one that is null is lifted.</summary>
    /// <exception cref="StepException">systemd does not want it.</exception>
    public static async Task LimitAsync(string slice, CgroupLimits limits, CancellationToken cancel)
    {
        string[] properties = Properties(limits);
        string? failure = await CallAsync(["SetUnitProperties", "sba(sv)", slice, "true", Text(properties.Length / 3), .. properties], cancel);
        if (failure is not null)
            throw new StepException(StepReason.FailedCreatePodSandBox, $"limits of slice {slice}: {failure}");
    }

    /// <summary>What still runs in it has been killed before; a slice that is not there is fine.</summary>
    public static async Task RemoveAsync(string slice, CancellationToken cancel)
    {
        string? failure = await CallAsync(["StopUnit", "ss", slice, "replace"], cancel);
        if (failure is not null && Cgroup.At(PathOf(slice)).Exists)
            throw new StepException(StepReason.FailedKillPod, $"slice {slice}: {failure}");
        // Limits that were changed while the pod ran; they would be those of the next slice of that name.
        string changes = $"/run/systemd/system.control/{slice}.d";
        if (Directory.Exists(changes))
            Directory.Delete(changes, recursive: true);
    }

    /// <returns>What busctl said when it failed.</returns>
    private static async Task<string?> CallAsync(string[] arguments, CancellationToken cancel)
    {
        ProcessStartInfo start = new(Program, ["--system", "call", .. s_manager, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancel), error = process.StandardError.ReadToEndAsync(cancel);
            await Task.WhenAll(output, error, process.WaitForExitAsync(cancel));
            return process.ExitCode == 0 ? null : (await error).Trim();
        }
        catch (Win32Exception e)
        {
            return $"{Program}: {e.Message}";
        }
    }

    private static string[] Properties(CgroupLimits limits)
    {
        const string none = "18446744073709551615";
        string quota = limits.CpuQuotaMicroseconds is { } per ? Text(per * 1_000_000 / (limits.CpuPeriodMicroseconds ?? 100_000)) : none;
        return
        [
            "MemoryMax", "t", limits.MemoryBytes is { } bytes ? Text(bytes) : none,
            "CPUQuotaPerSecUSec", "t", quota,
            "CPUWeight", "t", limits.CpuShares is { } shares ? Text((long)CgroupLimits.Weight(shares)) : none,
        ];
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
