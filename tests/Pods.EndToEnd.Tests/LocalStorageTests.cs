using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>What pods write to the node's disk has the limits that their manifests say.</summary>
public sealed class LocalStorageTests
{
    [SkippableFact]
    public async Task Pod_that_writes_more_than_its_limits_is_evicted_and_another_is_not()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(string.Join("\n---\n",
            Manifest.Of("volume", Writing("/v"), "volumes: [{name: v, emptyDir: {sizeLimit: 2Mi}}]", "volumeMounts: [{name: v, mountPath: /v}]"),
            Manifest.Of("layer", Writing("/tmp"), "", "resources: {limits: {ephemeral-storage: 2Mi}}"),
            Manifest.Of("modest", Writing("/v"), "volumes: [{name: v, emptyDir: {sizeLimit: 4Mi}}]",
                "volumeMounts: [{name: v, mountPath: /v}]\nresources: {limits: {ephemeral-storage: 1Gi}, requests: {ephemeral-storage: 1Mi}}")));

        JsonNode volume = await EvictedAsync(podsd, "volume"), layer = await EvictedAsync(podsd, "layer");

        Assert.Equal("Usage of EmptyDir volume \"v\" exceeds the limit \"2Mi\". ", volume["status"]!["message"]!.GetValue<string>());
        Assert.Equal("Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. ", layer["status"]!["message"]!.GetValue<string>());
        Assert.Equal("True", PodsDaemon.Condition(volume, "DisruptionTarget"));
        Assert.Contains("Evicted", (await podsd.PodsAsync("events", "volume")).Succeeded().Output);
        JsonNode modest = await podsd.WaitForAsync("modest", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
        Assert.Equal("Running", modest["status"]!["phase"]!.GetValue<string>());
    }

    private static string Writing(string directory) =>
        $"busybox dd if=/dev/zero of={directory}/three bs=1048576 count=3; exec sleep 1000000";

    private static Task<JsonNode> EvictedAsync(PodsDaemon podsd, string name) => podsd.WaitForAsync(name,
        p => p["status"]?["phase"]?.GetValue<string>() == "Failed" && p["status"]?["reason"]?.GetValue<string>() == "Evicted", "evicted",
        TimeSpan.FromMinutes(1));
}
