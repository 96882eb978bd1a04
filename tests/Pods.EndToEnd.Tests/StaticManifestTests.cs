using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Pods that are there because a file in the manifests' directory says so.</summary>
public sealed class StaticManifestTests
{
    [SkippableFact]
    public async Task Pod_comes_changes_and_goes_with_its_file()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string manifest = Manifest.Of("web", Manifest.Forever);

        Write(podsd, "any-name.yaml", manifest);
        JsonNode first = await podsd.WaitForAsync("web", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
        Write(podsd, "any-name.yaml", manifest.Replace("{name: web}", "{name: web, labels: {v: two}}"));
        JsonNode second = await podsd.WaitForAsync("web", p => p["metadata"]!["labels"]?["v"] is not null, "labelled");
        File.Delete(PathOf(podsd, "any-name.yaml"));
        await Eventually.True(async () => await podsd.GetAsync("web") is null, "the pod is gone with its file", TimeSpan.FromSeconds(30));

        Assert.Equal(Uid(first), Uid(second));
        Assert.Equal(Container(first), Container(second));
        Assert.Equal("file", first["metadata"]!["annotations"]!["kubernetes.io/config.source"]!.GetValue<string>());
    }

    [SkippableFact]
    public async Task File_written_in_pieces_is_read_when_its_writer_is_done()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string whole = Manifest.Two("web", Manifest.Forever, Manifest.Forever);
        int cut = whole.IndexOf("  - name: second", StringComparison.Ordinal);
        using (StreamWriter file = new(PathOf(podsd, "web.yaml")))
        {
            await file.WriteAsync(whole[..cut]);
            await file.FlushAsync();
            // What comes later is seen first: the half that was there by then was not taken for a manifest.
            Write(podsd, "other.yaml", Manifest.Of("other", Manifest.Forever));
            await podsd.WaitForAsync("other", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
            Assert.Null(await podsd.GetAsync("web"));
            await file.WriteAsync(whole[cut..]);
        }

        JsonNode pod = await podsd.WaitForAsync("web", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");

        Assert.Equal(2, pod["spec"]!["containers"]!.AsArray().Count);
        Assert.DoesNotContain("FailedManifest", (await podsd.PodsAsync("events")).Output);
        await RemoveAsync(podsd, "web.yaml", "other.yaml");
    }

    [SkippableFact]
    public async Task Half_a_file_that_podsd_finds_at_its_start_is_not_taken_for_a_manifest()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        Write(podsd, "other.yaml", Manifest.Of("other", Manifest.Forever));
        string uid = Uid(await podsd.WaitForAsync("other", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready"));
        await podsd.KillAsync();
        (await Command.RunAsync("mkfifo", [PathOf(podsd, "fifo.yaml")])).Succeeded();
        string whole = Manifest.Two("web", Manifest.Forever, Manifest.Forever);
        int cut = whole.IndexOf("  - name: second", StringComparison.Ordinal);
        using (StreamWriter other = new(PathOf(podsd, "other.yaml")))
        using (StreamWriter file = new(PathOf(podsd, "web.yaml")))
        {
            await file.WriteAsync(whole[..cut]);
            await file.FlushAsync();
            await podsd.StartAgainAsync();
            await Eventually.True(async () => (await podsd.PodsAsync("get", "pods")).Error.Contains("web.yaml: it is still being written"), "told by get");
            Assert.Null(await podsd.GetAsync("web"));
            // Empty while its writer has it open: that takes nothing away.
            Assert.Equal(uid, Uid((await podsd.GetAsync("other"))!));
            await other.WriteAsync(Manifest.Of("other", Manifest.Forever));
            await file.WriteAsync(whole[cut..]);
        }

        JsonNode pod = await podsd.WaitForAsync("web", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");

        Assert.Equal(2, pod["spec"]!["containers"]!.AsArray().Count);
        Assert.Equal(uid, Uid((await podsd.GetAsync("other"))!));
        string events = (await podsd.PodsAsync("events")).Output;
        Assert.Contains("fifo.yaml: not a regular file", events);
        Assert.DoesNotContain("still being written", events);
        await RemoveAsync(podsd, "web.yaml", "other.yaml", "fifo.yaml");
    }

    [SkippableFact]
    public async Task Broken_file_touches_no_running_pod_and_is_told()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        Write(podsd, "web.yaml", Manifest.Of("web", Manifest.Forever));
        JsonNode before = await podsd.WaitForAsync("web", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");

        Write(podsd, "web.yaml", Manifest.Of("web", Manifest.Forever).Replace("containers:", "container:"));
        await Eventually.True(async () => (await podsd.PodsAsync("get", "pods")).Error.Contains("Warning: manifest web.yaml is not applied: "), "told by get");
        await podsd.KillAsync();
        await podsd.StartAgainAsync();
        await Eventually.True(async () => (await podsd.PodsAsync("get", "pods")).Error.Contains("Warning: manifest web.yaml is not applied: "), "told again");

        Assert.Equal(Container(before), Container((await podsd.GetAsync("web"))!));
        Assert.Matches(@"web\.yaml:\d+:3: ", (await podsd.PodsAsync("events", "web")).Succeeded().Output);
        await RemoveAsync(podsd, "web.yaml");
    }

    [SkippableFact]
    public async Task Pod_that_is_deleted_is_made_again_and_one_of_the_API_is_left_alone()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        JsonNode mine = await podsd.RunPodAsync(Manifest.Of("mine", Manifest.Forever), "mine");
        Write(podsd, "a.yaml", Manifest.Of("mine", Manifest.Forever, "hostname: theirs"));
        Write(podsd, "b.yaml", Manifest.Of("web", Manifest.Forever));
        string first = Uid(await podsd.WaitForAsync("web", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready"));

        (await podsd.PodsAsync("delete", "pod", "web", "--now")).Succeeded();
        await podsd.WaitForAsync("web", p => Uid(p) != first && PodsDaemon.Condition(p, "Ready") == "True", "made again");

        Assert.Equal(Uid(mine), Uid((await podsd.GetAsync("mine"))!));
        Assert.Contains("manifest a.yaml is not applied: pod \"mine\" is there already", (await podsd.PodsAsync("get", "pods")).Error);
        await RemoveAsync(podsd, "a.yaml", "b.yaml");
    }

    private static string PathOf(PodsDaemon podsd, string name) => Path.Combine(podsd.File("manifests"), name);

    private static void Write(PodsDaemon podsd, string name, string text) => File.WriteAllText(PathOf(podsd, name), text);

    /// <summary>And waits: pods that are deleted before their file is known to be gone would be made again.</summary>
    private static async Task RemoveAsync(PodsDaemon podsd, params string[] names)
    {
        foreach (string name in names)
            File.Delete(PathOf(podsd, name));
        await Eventually.True(async () => !(await podsd.PodsAsync("get", "pods", "-o", "yaml")).Output.Contains("io.pods.manifest:"),
            "the pods of the files are gone", TimeSpan.FromSeconds(30));
    }

    private static string Uid(JsonNode pod) => pod["metadata"]!["uid"]!.GetValue<string>();

    private static string Container(JsonNode pod) => PodsDaemon.ContainerStatus(pod, "main")["containerID"]!.GetValue<string>();
}
