using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Cpus that a container has for itself, as the scheduler says in /proc.</summary>
public sealed class CpuTests
{
    [SkippableFact]
    public async Task Container_of_whole_cpus_has_them_for_itself_and_all_others_the_rest_until_it_is_gone()
    {
        string all = Own();
        Skip.IfNot(all.StartsWith("0-") && all == (await File.ReadAllTextAsync("/sys/devices/system/cpu/online")).Trim(), $"needs two cpus, here is {all}");
        string rest = all[2..] switch { "1" => "0", "2" => "0,2", var last => "0,2-" + last };
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { Arguments = ["--reserved-cpus", rest] });
        await podsd.RunPodAsync(Manifest.Of("other", Manifest.Forever), "other");
        Assert.Equal(all, await CpusAsync("other", "main"));

        await podsd.RunPodAsync(Pinned("pinned"), "pinned");

        Assert.Equal("1", await CpusAsync("pinned", "first"));
        Assert.Equal(rest, await CpusAsync("pinned", "second"));
        await Eventually.True(async () => await CpusAsync("other", "main") == rest, "the others have left that cpu", TimeSpan.FromSeconds(30));
        CommandResult refused = await podsd.PodsAsync(["apply", "-f", "-"], Pinned("late"));
        Assert.Contains("pods \"late\" is forbidden: not enough cpus available to satisfy request: requested=1, available=0", refused.Error);
        Assert.Null(await podsd.GetAsync("late"));

        // What was given stays given over a crash, and what begins or begins again begins in its place.
        await podsd.KillAsync();
        await podsd.StartAgainAsync();
        await podsd.RunPodAsync(Manifest.Of("new", Manifest.Forever), "new");
        await podsd.PodsAsync("exec", "other", "--", "kill", "1");   // which may be killed with it
        await podsd.WaitForAsync("other", p => PodsDaemon.FindContainerStatus(p, "main")?["restartCount"]?.GetValue<int>() == 1
            && PodsDaemon.Condition(p, "Ready") == "True", "restarted");
        Assert.Equal(["1", rest, rest], [await CpusAsync("pinned", "first"), await CpusAsync("other", "main"), await CpusAsync("new", "main")]);
        Assert.Contains("available=0", (await podsd.PodsAsync(["apply", "-f", "-"], Pinned("late"))).Error);

        await podsd.DeleteAsync("pinned");
        foreach (string name in new[] { "other", "new" })
            await Eventually.True(async () => await CpusAsync(name, "main") == all, $"{name} may run everywhere again", TimeSpan.FromSeconds(30));
        Assert.Equal(0, PodsDaemon.ContainerStatus((await podsd.GetAsync("new"))!, "main")["restartCount"]!.GetValue<int>());
        await podsd.RunPodAsync(Pinned("late"), "late");

        async Task<string> CpusAsync(string pod, string container) =>
            (await podsd.ExecAsync(pod, container, "grep", "Cpus_allowed_list", "/proc/1/status")).Split('\t')[1].Trim();
    }

    [SkippableTheory]
    [InlineData("exclusive", "1500m", "the pod must be Guaranteed and at least one of its containers have a limit of whole cpus")]
    [InlineData("shared", "1", "Unsupported value: \"shared\": supported values: \"exclusive\"")]
    public async Task Pod_that_could_have_no_cpu_for_itself_is_refused(string asked, string cpu, string expected)
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();

        CommandResult refused = await podsd.PodsAsync(["apply", "-f", "-"], Pinned("wrong", asked, cpu));

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains($"metadata.annotations[io.pods.cpus]: ", refused.Error);
        Assert.Contains(expected, refused.Error);
    }

    private static string Pinned(string name, string asked = "exclusive", string cpu = "1") => Manifest.Two(name, Manifest.Forever, Manifest.Forever,
            firstLines: $"resources: {{limits: {{cpu: {cpu}, memory: 32Mi}}}}", secondLines: "resources: {limits: {cpu: 100m, memory: 32Mi}}")
        .Replace($"name: {name}}}", $"name: {name}, annotations: {{io.pods.cpus: {asked}}}}}");

    private static string Own() => File.ReadLines("/proc/self/status").First(l => l.StartsWith("Cpus_allowed_list")).Split('\t')[1].Trim();
}
