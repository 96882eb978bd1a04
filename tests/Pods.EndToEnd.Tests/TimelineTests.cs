using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>In which order the parts of a pod begin and end, as the containers themselves have written it down.</summary>
public sealed class TimelineTests
{
    // On a slow machine an exec may take longer than the second that is the default.
    private const string Patient = "periodSeconds: 1, timeoutSeconds: 30";

    [SkippableFact]
    public async Task Init_containers_sidecars_apps_hooks_and_probes_begin_and_end_in_the_kubelets_order()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        Timeline timeline = new(podsd);
        await podsd.ApplyAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: order}
            spec:
              terminationGracePeriodSeconds: 60
              {{timeline.Volume}}
              initContainers:
            {{Container("first", Timeline.Note("first") + "; " + Timeline.Note("first-done"))}}
            {{Container("proxy", Timeline.Service("proxy"))}}
                restartPolicy: Always
                startupProbe: {exec: {command: [sh, -c, "[ -e /tmp/up ] && exit 0; touch /tmp/up; {{Timeline.Note("proxy-probed")}}; exit 1"]}, {{Patient}}, failureThreshold: 30}
                lifecycle: {preStop: {exec: {command: [sh, -c, "{{Timeline.Note("proxy-pre")}}"] } } }
            {{Container("second", Timeline.Note("second"))}}
            {{Container("agent", Timeline.Service("agent"))}}
                restartPolicy: Always
              containers:
            {{Container("web", Timeline.Service("web"))}}
                readinessProbe: {exec: {command: [sh, -c, "{{Timeline.Note("web-ready")}}"]}, {{Patient}} }
                lifecycle:
                  postStart: {exec: {command: [sh, -c, "sleep 1; {{Timeline.Note("web-post")}}"] } }
                  preStop: {exec: {command: [sh, -c, "while ! grep -q job-term /t/events || ! grep -q proxy-pre /t/events; do sleep 1; done; {{Timeline.Note("web-pre")}}"] } }
            {{Container("job", Timeline.Service("job"))}}
            """);
        await podsd.WaitForAsync("order", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready", TimeSpan.FromMinutes(2));

        (await podsd.PodsAsync(["delete", "pod", "order"], null, TimeSpan.FromSeconds(90))).Succeeded();
        await Eventually.True(async () => await podsd.GetAsync("order") is null, "the pod is gone", TimeSpan.FromSeconds(60));

        timeline.ExpectOrder("first", "first-done", "proxy", "proxy-probed", "second", "web", "web-post", "web-ready");
        // A sidecar that nothing waits for, and an app after the one whose hook held it back.
        timeline.ExpectOrder("second", "agent");
        timeline.ExpectOrder("second", "web", "web-post", "job");
        // The end: hooks at once, each app's signal after its own hook, sidecars after all apps and the last one first.
        timeline.ExpectOrder("web-post", "web-pre", "web-term", "agent-term", "proxy-term");
        timeline.ExpectOrder("job", "job-term", "agent-term");
        // What its hook waits for: an app without one is not held back by it, and the hooks of sidecars come with those of apps.
        timeline.ExpectOrder("job-term", "web-pre");
        timeline.ExpectOrder("proxy-pre", "web-pre");
        foreach (string once in new[] { "first", "second", "proxy", "web", "job", "web-post", "web-pre", "web-term", "job-term", "agent-term", "proxy-term" })
            Assert.Single(timeline.Words, w => w == once);
    }

    [SkippableFact]
    public async Task Grace_period_of_the_probe_or_of_the_deletion_ends_what_ignores_its_signal_and_only_then_the_sidecar()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        Timeline timeline = new(podsd);
        await podsd.RunPodAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: stubborn}
            spec:
              terminationGracePeriodSeconds: 3000
              {{timeline.Volume}}
              initContainers:
            {{Container("proxy", Timeline.Service("proxy"))}}
                restartPolicy: Always
              containers:
            {{Container("web", $"trap '{Timeline.Note("web-term")}' TERM; {Timeline.Note("web")}; while true; do sleep 1 & wait $!; done")}}
                lifecycle: {preStop: {sleep: {seconds: 1} } }
                livenessProbe: {exec: {command: [sh, -c, "! rm /t/ill"]}, {{Patient}}, failureThreshold: 1, terminationGracePeriodSeconds: 5}
            """, "stubborn");
        await Eventually.True(() => timeline.Has("web"), "it runs");

        // Found ill once, since the probe takes the sign away. Only what comes too early is a fault: how late things come is the machine's.
        TimeSpan ill = Timeline.Now;
        await File.WriteAllTextAsync(timeline.File("ill"), "");
        await podsd.WaitForAsync("stubborn", p => PodsDaemon.FindContainerStatus(p, "web")?["restartCount"]?.GetValue<int>() == 1, "restarted",
            TimeSpan.FromMinutes(1));
        await Eventually.True(() => timeline.Words.Count(w => w == "web") == 2, "it runs again");
        JsonNode pod = await podsd.WaitForAsync("stubborn", p => PodsDaemon.Condition(p, "Ready") == "True", "back");
        Assert.Equal(137, PodsDaemon.ContainerStatus(pod, "web")["lastState"]!["terminated"]!["exitCode"]!.GetValue<int>());
        Assert.True(timeline.At("web-term") >= ill + TimeSpan.FromSeconds(1) - Timeline.Tick, "the signal comes after the hook");
        Assert.True(timeline.Events.Last(e => e.Word == "web").At >= ill + TimeSpan.FromSeconds(5) - Timeline.Tick, "SIGKILL comes with the end of the grace period");
        Assert.False(timeline.Has("proxy-term"));

        TimeSpan deleted = Timeline.Now;
        (await podsd.PodsAsync("delete", "pod", "stubborn", "--grace-period=5")).Succeeded();
        await Eventually.True(async () => await podsd.GetAsync("stubborn") is null, "the pod is gone", TimeSpan.FromSeconds(60));

        Assert.True(timeline.At("proxy-term") >= deleted + TimeSpan.FromSeconds(5) - Timeline.Tick, "the sidecar serves the app to its end");
        Assert.Equal(["web-term", "proxy-term"], timeline.Events.Where(e => e.At > deleted).Select(e => e.Word));
    }

    [SkippableFact]
    public async Task Exit_codes_decide_by_their_rules_who_is_started_again()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        Timeline timeline = new(podsd);
        await podsd.ApplyAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: rules}
            spec:
              restartPolicy: Never
              {{timeline.Volume}}
              initContainers:
            {{Container("retry", Timeline.Note("retry") + "; [ -e /t/failed ] || { touch /t/failed; exit 9; }")}}
                restartPolicy: OnFailure
              containers:
            {{Container("ruled", Timeline.Note("ruled") + "; [ -e /t/once ] && exit 3; touch /t/once; exit 42")}}
                restartPolicy: Never
                restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [41, 42]} }]
            {{Container("others", Timeline.Note("others") + "; [ -e /t/twice ] && exit 7; touch /t/twice; exit 1")}}
                restartPolicy: Never
                restartPolicyRules: [{action: Restart, exitCodes: {operator: NotIn, values: [0, 7]} }]
            {{Container("plain", Timeline.Note("plain") + "; exit 42")}}
            {{Container("own", Timeline.Note("own") + "; [ -e /t/thrice ] && exit 0; touch /t/thrice; exit 1")}}
                restartPolicy: OnFailure
            """);

        JsonNode pod = await podsd.WaitForAsync("rules", p => p["status"]?["phase"]?.GetValue<string>() == "Failed", "Failed", TimeSpan.FromSeconds(60));

        Assert.Equal([2, 2, 2, 1, 2], new[] { "retry", "ruled", "others", "plain", "own" }.Select(n => timeline.Words.Count(w => w == n)));
        timeline.ExpectOrder("retry", "ruled");
        Assert.Equal([(3, 1), (7, 1), (42, 0), (0, 1)], new[] { "ruled", "others", "plain", "own" }.Select(n => PodsDaemon.ContainerStatus(pod, n))
            .Select(s => (s["state"]!["terminated"]!["exitCode"]!.GetValue<int>(), s["restartCount"]!.GetValue<int>())));
    }

    [SkippableFact]
    public async Task Sidecar_that_dies_is_started_again_while_the_app_goes_on_and_a_deadline_counts_from_the_first_init_container()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        Timeline timeline = new(podsd);
        await podsd.ApplyAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: kept}
            spec:
              restartPolicy: Never
              terminationGracePeriodSeconds: 1
              {{timeline.Volume}}
              initContainers:
            {{Container("proxy", $"[ -e /t/died ] || {{ touch /t/died; {Timeline.Note("proxy-dies")}; exit 1; }}; " + Timeline.Service("proxy"))}}
                restartPolicy: Always
              containers:
            {{Container("web", Timeline.Service("web"))}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: late}
            spec:
              restartPolicy: Never
              activeDeadlineSeconds: 1
              terminationGracePeriodSeconds: 1
              {{timeline.Volume}}
              initContainers:
            {{Container("slow", Timeline.Service("slow"))}}
              containers:
            {{Container("never", Timeline.Note("never"))}}
            """);

        await Eventually.True(() => timeline.Has("proxy") && timeline.Has("web"), "the sidecar is back", TimeSpan.FromSeconds(60));
        JsonNode late = await podsd.WaitForAsync("late", p => p["status"]?["phase"]?.GetValue<string>() == "Failed", "Failed");

        timeline.ExpectOrder("proxy-dies", "proxy");
        Assert.Single(timeline.Words, w => w == "web");
        Assert.False(timeline.Has("never"));
        Assert.Equal("DeadlineExceeded", late["status"]!["reason"]!.GetValue<string>());
        JsonNode kept = await podsd.WaitForAsync("kept", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
        JsonNode proxy = kept["status"]!["initContainerStatuses"]![0]!;
        Assert.Equal(1, proxy["restartCount"]!.GetValue<int>());
        Assert.NotNull(proxy["state"]!["running"]);
    }

    /// <summary>An item of a list of containers that mounts the timeline; what follows it goes on with its fields.</summary>
    private static string Container(string name, string script) => $"""
          - name: {name}
            image: {PodsDaemon.Image}
            imagePullPolicy: IfNotPresent
            command: [sh, -c]
            args: ["{script}"]
            {Timeline.Mount}
        """;
}
