using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>LimitRanges and ResourceQuotas as objects of the API, held against the pods that come after them.</summary>
public sealed class PolicyTests
{
    private const string Policies = """
        apiVersion: v1
        kind: LimitRange
        metadata: {name: range}
        spec: {limits: [{type: Container, default: {memory: 48Mi}, max: {memory: 64Mi}}]}
        ---
        apiVersion: v1
        kind: ResourceQuota
        metadata: {name: few}
        spec: {hard: {pods: "2", limits.memory: 100Mi}}
        """;

    [SkippableFact]
    public async Task Limits_and_quota_that_were_applied_hold_until_they_are_deleted_and_over_a_restart_of_podsd()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        CommandResult applied = await podsd.PodsAsync(["apply", "-f", "-"], Policies + "\n---\n" + Manifest.Of("first", Manifest.Forever));
        Assert.Equal("limitrange/range created\nresourcequota/few created\npod/first created\n", applied.Succeeded().Output);
        await podsd.WaitForAsync("first", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");

        await podsd.KillAsync();
        await podsd.StartAgainAsync();

        Assert.Equal("48Mi", (await podsd.GetAsync("first"))!["spec"]!["containers"]![0]!["resources"]!["limits"]!["memory"]!.GetValue<string>());
        Assert.Contains("pods \"large\" is forbidden: maximum memory usage per Container is 64Mi, but limit is 128Mi",
            (await ApplyAsync("large", "resources: {limits: {memory: 128Mi}}")).Error);
        Assert.Contains("pods \"second\" is forbidden: exceeded quota: few, requested: limits.memory=64Mi, used: limits.memory=48Mi, limited: limits.memory=100Mi",
            (await ApplyAsync("second", "resources: {limits: {memory: 64Mi}}")).Error);
        (await ApplyAsync("second", "resources: {limits: {memory: 32Mi}}")).Succeeded();
        Assert.Contains("exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2", (await ApplyAsync("third", "resources: {limits: {memory: 8Mi}}")).Error);

        Assert.Matches(@"few +pods: 2/2 +limits\.memory: 80Mi/100Mi", (await podsd.PodsAsync("get", "quota")).Succeeded().Output);
        Assert.Matches(@"limits\.memory +80Mi +100Mi\n", (await podsd.PodsAsync("describe", "resourcequota", "few")).Succeeded().Output);
        Assert.Matches(@"Container +memory +- +64Mi +- +48Mi +-\n", (await podsd.PodsAsync("describe", "limits", "range")).Succeeded().Output);

        (await podsd.PodsAsync("delete", "quota", "few")).Succeeded();
        (await podsd.PodsAsync("delete", "limitrange", "range")).Succeeded();
        (await ApplyAsync("large", "resources: {limits: {memory: 128Mi}}")).Succeeded();

        Task<CommandResult> ApplyAsync(string name, string lines) =>
            podsd.PodsAsync(["apply", "-f", "-"], Manifest.Of(name, Manifest.Forever, "", lines));
    }

    [SkippableFact]
    public async Task Kubectl_makes_shows_and_deletes_policies()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);

        (await kubectl.RunAsync(["apply", "-f", "-"], Policies)).Succeeded();

        Assert.Matches(@"limits\.memory +0 +100Mi", (await kubectl.RunAsync(["describe", "quota", "few"])).Succeeded().Output);
        Assert.Contains("48Mi", (await kubectl.RunAsync(["describe", "limits", "range"])).Succeeded().Output);
        (await kubectl.RunAsync(["delete", "quota/few", "limits/range", "--wait=false"])).Succeeded();
        Assert.Equal("", (await kubectl.RunAsync(["get", "quota", "-o", "name"])).Succeeded().Output);
    }
}
