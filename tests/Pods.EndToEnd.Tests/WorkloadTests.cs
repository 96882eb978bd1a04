using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Deployments, DaemonSets and Jobs on real containerd.</summary>
public sealed class WorkloadTests
{
    [SkippableFact]
    public async Task Deployment_is_scaled_updated_and_deleted_with_its_pods()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Deployment("one", replicas: 2));
        await ReadyAsync(podsd, 2);
        JsonNode pod = (await PodsOfAsync(podsd))[0];
        Assert.Matches("^web-[a-z0-9]{10}-[a-z0-9]{5}$", Name(pod));
        Assert.Equal("Deployment", pod["metadata"]!["ownerReferences"]![0]!["kind"]!.GetValue<string>());
        Assert.Matches(@"(?m)^web +2/2 +2 +2 ", (await podsd.PodsAsync("get", "deploy")).Succeeded().Output);

        Assert.Equal("deployment.apps/web scaled\n", (await podsd.PodsAsync("scale", "web", "--replicas=3")).Succeeded().Output);
        await ReadyAsync(podsd, 3);
        (await podsd.PodsAsync("delete", "pod", Name(pod), "--now")).Succeeded();
        await ReadyAsync(podsd, 3);

        Assert.Equal("deployment.apps \"web\" deleted\n", (await podsd.PodsAsync("delete", "deploy", "web")).Succeeded().Output);
        Assert.Empty(await PodsOfAsync(podsd));
    }

    [SkippableFact]
    public async Task Replacing_a_deployments_pods_keeps_all_but_one_Ready_at_every_moment()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Deployment("one", replicas: 3));
        await ReadyAsync(podsd, 3);
        string log = podsd.File("timeline");
        DaemonProcess watch = DaemonProcess.Start(Repository.Binary("pods"), ["get", "pods", "-w", "-o", "json"], log,
            new Dictionary<string, string> { ["PODS_SOCKET"] = podsd.File("podsd.sock") });
        try
        {
            await Eventually.True(() => Timeline(log).Count >= 1, "the watch has begun");

            await podsd.ApplyAsync(Deployment("two", replicas: 3));
            await Eventually.True(async () => (await PodsOfAsync(podsd)) is { Count: 3 } pods
                && pods.All(p => IsReady(p) && Version(p) == "two"), "all pods are new and Ready", TimeSpan.FromSeconds(60));

            int least = 3;
            Dictionary<string, bool> ready = [];
            foreach (JsonNode seen in Timeline(log))
            {
                ready[Name(seen)] = IsReady(seen) && seen["metadata"]!["deletionTimestamp"] is null;
                if (ready.Count >= 3)
                    least = Math.Min(least, ready.Values.Count(r => r));
            }
            Assert.True(least >= 2, $"at one moment only {least} were Ready:\n{File.ReadAllText(log)}");
        }
        finally
        {
            await watch.StopAsync();
        }
        (await podsd.PodsAsync("delete", "deploy", "--all", "--now")).Succeeded();
    }

    [SkippableFact]
    public async Task Broken_template_leaves_the_pods_that_serve()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Deployment("one", replicas: 2));
        await ReadyAsync(podsd, 2);

        await podsd.ApplyAsync(Deployment("two", replicas: 2).Replace(PodsDaemon.Image, "test.local/absent:1"));
        await Eventually.True(async () => (await PodsOfAsync(podsd)).Count == 3, "a new pod is tried");
        await podsd.KillAsync();
        await podsd.StartAgainAsync();
        await Eventually.True(async () => (await podsd.PodsAsync("get", "pods")).Output.Contains("ErrImage"), "it says why it does not start");

        Assert.Equal(2, (await PodsOfAsync(podsd)).Count(p => IsReady(p) && Version(p) == "one"));
        (await podsd.PodsAsync("delete", "deploy", "web", "--now")).Succeeded();
    }

    [SkippableFact]
    public async Task Job_runs_to_its_completions_and_DaemonSet_keeps_one_pod()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync($$$"""
            apiVersion: batch/v1
            kind: Job
            metadata: {name: count}
            spec:
              completions: 3
              parallelism: 2
              template:
                spec:
                  restartPolicy: Never
                  containers: [{name: main, image: {{{PodsDaemon.Image}}}, imagePullPolicy: IfNotPresent, command: [echo, counted]}]
            ---
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: agent}
            spec:
              selector: {matchLabels: {app: agent}}
              template:
                metadata: {labels: {app: agent}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers: [{name: main, image: {{{PodsDaemon.Image}}}, imagePullPolicy: IfNotPresent, command: [sleep, "1000000"]}]
            """);

        await Eventually.True(async () => (await podsd.PodsAsync("get", "jobs")).Output.Contains("Complete   3/3"), "complete", TimeSpan.FromSeconds(30));
        await Eventually.True(async () => (await podsd.PodsAsync("get", "ds", "--no-headers")).Output.StartsWith("agent   1         1         1") ||
            (await podsd.PodsAsync("get", "ds", "agent", "-o", "jsonpath={.status.numberReady}")).Output == "1", "one pod", TimeSpan.FromSeconds(30));

        string described = (await podsd.PodsAsync("describe", "job", "count")).Succeeded().Output;
        Assert.Contains("Complete:         True (CompletionsReached)", described);
        Assert.Contains("SuccessfulCreate", described);
        (await podsd.PodsAsync("delete", "jobs", "--all")).Succeeded();
        (await podsd.PodsAsync("delete", "ds", "agent", "--now")).Succeeded();
    }

    [SkippableFact]
    public async Task Kubectl_rolls_out_and_scales_a_deployment()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);
        string manifest = kubectl.Write(Deployment("one", replicas: 1));

        (await kubectl.RunAsync("apply", "--validate=false", "-f", manifest)).Succeeded();
        (await kubectl.RunAsync("rollout", "status", "deploy/web", "--timeout=60s")).Succeeded();
        Assert.Equal("deployment.apps/web scaled\n", (await kubectl.RunAsync("scale", "deploy/web", "--replicas=2")).Succeeded().Output);
        (await kubectl.RunAsync("rollout", "status", "deploy/web", "--timeout=60s")).Succeeded();

        Assert.Matches(@"(?m)^web +2/2 +2 +2 ", (await kubectl.RunAsync("get", "deploy")).Succeeded().Output);
        Assert.Contains("deployment.apps \"web\" deleted", (await kubectl.RunAsync("delete", "deploy", "web")).Succeeded().Output);
        await Eventually.True(async () => (await PodsOfAsync(podsd)).Count == 0, "its pods are gone", TimeSpan.FromSeconds(30));
    }

    private static string Deployment(string version, int replicas) => $$$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: {{{replicas}}}
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web, version: {{{version}}}}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - {name: main, image: {{{PodsDaemon.Image}}}, imagePullPolicy: IfNotPresent, command: [sleep, "1000000"]}
        """;

    private static Task ReadyAsync(PodsDaemon podsd, int count) => Eventually.True(
        async () => await PodsOfAsync(podsd) is var pods && pods.Count == count && pods.All(p => IsReady(p) && p["metadata"]!["deletionTimestamp"] is null),
        $"{count} pods are Ready", TimeSpan.FromSeconds(60));

    private static async Task<IReadOnlyList<JsonNode>> PodsOfAsync(PodsDaemon podsd) =>
        [.. JsonNode.Parse((await podsd.PodsAsync("get", "pods", "-l", "app=web", "-o", "json")).Succeeded().Output)!["items"]!.AsArray().Select(p => p!)];

    /// <summary>The documents that a watch has written so far, one after the other.</summary>
    private static List<JsonNode> Timeline(string path)
    {
        List<JsonNode> seen = [];
        foreach (string text in (File.Exists(path) ? File.ReadAllText(path) : "").Split("\n}\n"))
        {
            if (text.Trim().Length == 0 || !text.StartsWith('{'))
                continue;
            JsonNode? document = TryParse(text + "\n}");
            if (document?["items"] is JsonArray items)
                seen.AddRange(items.Select(i => i!));
            else if (document is not null)
                seen.Add(document["object"] ?? document);
        }
        return seen;
    }

    private static JsonNode? TryParse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;   // the last one is being written
        }
    }

    private static string Name(JsonNode pod) => pod["metadata"]!["name"]!.GetValue<string>();

    private static string? Version(JsonNode pod) => pod["metadata"]!["labels"]?["version"]?.GetValue<string>();

    private static bool IsReady(JsonNode pod) => PodsDaemon.Condition(pod, "Ready") == "True";
}
