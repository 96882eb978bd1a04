using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Watches of everything that is no pod: by kubectl, by <c>pods get -w</c>, and what the API promises them.</summary>
public sealed class WatchTests
{
    private const string Map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: first}\n";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [SkippableTheory]
    [InlineData("configmaps", Map, "{\"data\": {\"b\": \"second\"}}")]
    [InlineData("secrets", "apiVersion: v1\nkind: Secret\nmetadata: {name: settings}\nstringData: {a: first}\n", "{\"stringData\": {\"b\": \"second\"}}")]
    [InlineData("persistentvolumeclaims",
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: settings}\n"
        + "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}\n", "{\"metadata\": {\"labels\": {\"b\": \"second\"}}}")]
    [InlineData("jobs",
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: settings}\n"
        + "spec: {parallelism: 0, template: {spec: {restartPolicy: Never, containers: [{name: main, image: 'test.local/busybox:1'}]}}}\n",
        "{\"metadata\": {\"labels\": {\"b\": \"second\"}}}")]
    public async Task Kubectl_sees_an_object_come_change_and_go(string plural, string manifest, string patch)
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);
        DaemonProcess watch = kubectl.Start(podsd.File("watch"), new Dictionary<string, string>(), "get", plural, "-w", "--output-watch-events");
        try
        {
            await podsd.ApplyAsync(manifest);
            await ExpectAsync(watch, "ADDED +settings ");
            (await kubectl.RunAsync("patch", plural, "settings", "--type=merge", "-p", patch)).Succeeded();
            await ExpectAsync(watch, "MODIFIED +settings ");
            (await kubectl.RunAsync("delete", plural, "settings")).Succeeded();
            await ExpectAsync(watch, "DELETED +settings ");
        }
        finally
        {
            await watch.StopAsync();
        }
    }

    [SkippableFact]
    public async Task Pods_get_w_follows_a_deployment_and_another_objects_by_name()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        DaemonProcess deployments = Watch(podsd, "deployments", "get", "deploy", "-w"), one = Watch(podsd, "one", "get", "cm", "settings", "-w");
        try
        {
            await Eventually.True(() => deployments.Log.StartsWith("NAME ") && one.Log.StartsWith("NAME "), "both watch", Limit);
            await podsd.ApplyAsync(Map);
            await podsd.ApplyAsync(Map.Replace("settings", "other"));
            await podsd.ApplyAsync("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      terminationGracePeriodSeconds: 1
                      containers: [{name: main, image: "test.local/busybox:1", imagePullPolicy: IfNotPresent, command: [sleep, "1000000"]}]
                """);
            await ExpectAsync(deployments, "(?m)^web +0/1 ");
            await ExpectAsync(deployments, "(?m)^web +1/1 ");
            await podsd.ApplyAsync(Map.Replace("first", "second"));
            await Eventually.True(() => one.Log.Split('\n').Count(l => l.StartsWith("settings ")) == 2, "it came and changed", Limit);
            Assert.DoesNotContain("other", one.Log);
        }
        finally
        {
            await deployments.StopAsync();
            await one.StopAsync();
        }
    }

    [SkippableFact]
    public async Task Watch_from_the_version_of_a_list_misses_nothing_and_one_from_too_old_a_version_is_told()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);
        const string path = "/api/v1/namespaces/default/configmaps";
        string version = JsonNode.Parse((await kubectl.RunAsync("get", "--raw", path)).Succeeded().Output)!["metadata"]!["resourceVersion"]!.GetValue<string>();
        await podsd.ApplyAsync(Map);
        (await podsd.PodsAsync("delete", "cm", "settings")).Succeeded();

        string[] lines = await LinesAsync(kubectl, $"{path}?watch=true&resourceVersion={version}&timeoutSeconds=1");
        string[] initial = await LinesAsync(kubectl, $"{path}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1");
        CommandResult old = await kubectl.RunAsync("get", "--raw", $"{path}?watch=true&resourceVersion=1");

        Assert.Equal(["ADDED", "DELETED"], lines.Select(l => JsonNode.Parse(l)!["type"]!.GetValue<string>()));
        Assert.Equal("true", JsonNode.Parse(Assert.Single(initial))!["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.GetValue<string>());
        Assert.Equal(1, old.ExitCode);
        Assert.Contains("too old resource version", old.Error);
    }

    private static async Task<string[]> LinesAsync(Kubectl kubectl, string path) =>
        (await kubectl.RunAsync("get", "--raw", path)).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static DaemonProcess Watch(PodsDaemon podsd, string log, params string[] arguments) => DaemonProcess.Start(
        Repository.Binary("pods"), arguments, podsd.File(log), new Dictionary<string, string> { ["PODS_SOCKET"] = podsd.File("podsd.sock") });

    private static Task ExpectAsync(DaemonProcess watch, string pattern) =>
        Eventually.True(() => System.Text.RegularExpressions.Regex.IsMatch(watch.Log, pattern), $"the watch shows {pattern}: {watch.Log}", Limit);
}
