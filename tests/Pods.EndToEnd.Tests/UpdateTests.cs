using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>A changed manifest disturbs only what the change concerns.</summary>
public sealed class UpdateTests
{
    private const string OtherImage = "test.local/busybox:2";

    [SkippableFact]
    public async Task Labels_restart_nothing()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string manifest = Manifest.Of("app", Manifest.Forever);
        JsonNode before = await podsd.RunPodAsync(manifest, "app");

        await podsd.ApplyAsync(manifest.Replace("{name: app}", "{name: app, labels: {tier: front}}"));

        JsonNode after = (await podsd.GetAsync("app"))!;
        Assert.Equal("front", after["metadata"]!["labels"]!["tier"]!.GetValue<string>());
        Assert.Equal(Container(before), Container(after));
    }

    [SkippableFact]
    public async Task Image_starts_its_container_anew_and_leaves_its_neighbour_the_sandbox_and_the_address()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        (await podsd.Containerd.CtrAsync("images", "tag", PodsDaemon.Image, OtherImage)).Succeeded();
        string manifest = Manifest.Two("app", Manifest.Forever, Manifest.Forever);
        JsonNode before = await podsd.RunPodAsync(manifest, "app");
        string changed = ReplaceFirst(manifest, PodsDaemon.Image, OtherImage);

        CommandResult diff = await podsd.PodsAsync(["diff", "-f", "-"], changed);
        await podsd.ApplyAsync(changed);
        JsonNode after = await podsd.WaitForAsync("app", p => PodsDaemon.FindContainerStatus(p, "first")?["restartCount"]?.GetValue<int>() == 1
            && PodsDaemon.Condition(p, "Ready") == "True", "Ready with the other image");

        Assert.Equal(1, diff.ExitCode);
        Assert.Matches($"(?m)^-[ -]+image: {PodsDaemon.Image}$", diff.Output);
        Assert.Contains("# container first is started anew: image\n", diff.Output);
        Assert.Equal(OtherImage, PodsDaemon.ContainerStatus(after, "first")["image"]!.GetValue<string>());
        Assert.Equal(Container(before, "second"), Container(after, "second"));
        Assert.Equal(PodsDaemon.PodIp(before), PodsDaemon.PodIp(after));
        Assert.Equal(before["metadata"]!["uid"]!.GetValue<string>(), after["metadata"]!["uid"]!.GetValue<string>());
    }

    [SkippableFact]
    public async Task Image_that_cannot_be_had_leaves_the_container_as_it_was_and_says_why()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string manifest = Manifest.Of("app", Manifest.Forever).Replace("IfNotPresent", "Never");
        JsonNode before = await podsd.RunPodAsync(manifest, "app");

        await podsd.ApplyAsync(manifest.Replace(PodsDaemon.Image, "test.local/absent:1"));
        JsonNode after = await podsd.WaitForAsync("app", p => PodsDaemon.Condition(p, "PodUpdated") == "False", "told to be out of date");

        Assert.Equal(Container(before), Container(after));
        Assert.Equal("True", PodsDaemon.Condition(after, "Ready"));
        string told = (await podsd.PodsAsync("describe", "pod", "app")).Succeeded().Output;
        Assert.Contains("container image \"test.local/absent:1\" is not present with pull policy of Never", told);
        await podsd.ApplyAsync(manifest);
        await podsd.WaitForAsync("app", p => PodsDaemon.Condition(p, "PodUpdated") is null, "as it is wanted");
        Assert.Equal(Container(before), Container((await podsd.GetAsync("app"))!));
    }

    [SkippableFact]
    public async Task Limits_change_under_the_running_process()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string manifest = Manifest.Of("app", Manifest.Forever, "", "resources: {limits: {memory: 64Mi, cpu: 500m}, requests: {memory: 16Mi, cpu: 100m}}");
        JsonNode before = await podsd.RunPodAsync(manifest, "app");
        int pid = await podsd.PidOfAsync(before, "main");

        await podsd.ApplyAsync(manifest.Replace("64Mi", "96Mi"));
        await Eventually.True(() => MemoryLimit(pid) == 96 << 20, "a larger limit holds");
        await podsd.ApplyAsync(manifest.Replace("64Mi", "32Mi"));
        await Eventually.True(() => MemoryLimit(pid) == 32 << 20, "a smaller limit holds");

        Assert.Equal(Container(before), Container((await podsd.GetAsync("app"))!));
        Assert.Contains("ResizeCompleted", (await podsd.PodsAsync("events", "app")).Succeeded().Output);
    }

    [SkippableFact]
    public async Task Field_of_the_sandbox_makes_a_new_pod()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string manifest = Manifest.Of("app", Manifest.Forever);
        JsonNode before = await podsd.RunPodAsync(manifest, "app");
        string changed = Manifest.Of("app", Manifest.Forever, "hostname: other");

        Assert.Contains("# the pod is replaced by a new one: spec.hostname\n", (await podsd.PodsAsync(["diff", "-f", "-"], changed)).Output);
        JsonNode after = await podsd.RunPodAsync(changed, "app");

        Assert.NotEqual(before["metadata"]!["uid"]!.GetValue<string>(), after["metadata"]!["uid"]!.GetValue<string>());
        Assert.Equal("other\n", await podsd.ExecAsync("app", "main", "hostname"));
    }

    [SkippableFact]
    public async Task New_pod_whose_image_cannot_be_had_leaves_the_old_one()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        JsonNode before = await podsd.RunPodAsync(Manifest.Of("app", Manifest.Forever), "app");
        string changed = Manifest.Of("app", Manifest.Forever, "hostname: other").Replace(PodsDaemon.Image, "test.local/absent:1").Replace("IfNotPresent", "Never");

        CommandResult applied = await podsd.PodsAsync(["apply", "-f", "-"], changed);

        Assert.Equal(1, applied.ExitCode);
        Assert.Contains("pod \"app\" stays as it is: container \"main\": container image \"test.local/absent:1\" is not present", applied.Error);
        Assert.Equal(Container(before), Container((await podsd.GetAsync("app"))!));
    }

    private static string Container(JsonNode pod, string name = "main") =>
        PodsDaemon.ContainerStatus(pod, name)["containerID"]!.GetValue<string>();

    private static long MemoryLimit(int pid)
    {
        string directory = PodAnatomyTests.Cgroup(pid, "memory");
        string limit = File.Exists(directory + "/memory.max") ? "memory.max" : "memory.limit_in_bytes";
        return long.TryParse(File.ReadAllText(Path.Combine(directory, limit)), out long bytes) ? bytes : -1;
    }

    private static string ReplaceFirst(string text, string what, string with)
    {
        int at = text.IndexOf(what, StringComparison.Ordinal);
        return text[..at] + with + text[(at + what.Length)..];
    }
}
