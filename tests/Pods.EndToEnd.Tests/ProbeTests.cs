using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Probes, hooks, sidecars, deadlines and last words, on real containers.</summary>
public sealed class ProbeTests
{
    private const string Fast = "periodSeconds: 1, failureThreshold: 1";

    [SkippableFact]
    public async Task Readiness_follows_the_server_and_liveness_restarts_the_container()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("web",
            "mkdir -p /tmp/www && echo ok > /tmp/www/ready && echo ok > /tmp/www/live && exec httpd -f -p 8080 -h /tmp/www",
            containerLines: $"""
                ports: [{"{"}name: http, containerPort: 8080{"}"}]
                startupProbe: {"{"}tcpSocket: {"{"}port: http{"}"}, periodSeconds: 1{"}"}
                readinessProbe: {"{"}httpGet: {"{"}path: /ready, port: http{"}"}, {Fast}{"}"}
                livenessProbe: {"{"}httpGet: {"{"}path: /live, port: 8080{"}"}, {Fast}, terminationGracePeriodSeconds: 1{"}"}
                """), "web");

        await podsd.ExecAsync("web", "main", "rm", "/tmp/www/ready");
        JsonNode unready = await podsd.WaitForAsync("web", p => PodsDaemon.Condition(p, "Ready") == "False", "unready");
        Assert.Equal(0, Restarts(unready));
        Assert.True(PodsDaemon.ContainerStatus(unready, "main")["started"]!.GetValue<bool>());
        Assert.False(PodsDaemon.ContainerStatus(unready, "main")["ready"]!.GetValue<bool>());

        await podsd.ExecAsync("web", "main", "rm", "/tmp/www/live");
        await podsd.WaitForAsync("web", p => Restarts(p) == 1 && PodsDaemon.Condition(p, "Ready") == "True", "restarted and ready again");
        string events = (await podsd.PodsAsync("events", "web")).Succeeded().Output;
        Assert.Contains("Container main failed liveness probe, will be restarted", events);
        Assert.Contains("HTTP probe failed with statuscode: 404", events);
    }

    [SkippableFact]
    public async Task Exec_probe_decides_by_the_exit_code()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("exec", Manifest.Forever,
            containerLines: "readinessProbe: {exec: {command: [sh, -c, 'test -e /tmp/ready || (echo not yet; exit 1)']}, " + Fast + "}"));
        await podsd.WaitForAsync("exec", p => PodsDaemon.FindContainerStatus(p, "main")?["state"]?["running"] is not null, "running");
        await Eventually.True(async () => (await podsd.PodsAsync("events", "exec")).Output.Contains("Readiness probe failed: not yet"), "the probe's words are told");

        await podsd.ExecAsync("exec", "main", "touch", "/tmp/ready");

        await podsd.WaitForAsync("exec", p => PodsDaemon.Condition(p, "Ready") == "True", "ready");
    }

    [SkippableFact]
    public async Task Hooks_run_after_the_start_and_before_the_stop()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string directory = podsd.File("shared");
        Directory.CreateDirectory(directory);
        await podsd.RunPodAsync(Manifest.Of("hooks", "trap 'echo term >> /s/order; exit 0' TERM; while true; do sleep 1 & wait $!; done",
            "volumes: [{name: s, hostPath: {path: " + directory + "}}]", """
                volumeMounts: [{name: s, mountPath: /s}]
                lifecycle:
                  postStart: {exec: {command: [sh, -c, echo post >> /s/order]}}
                  preStop: {exec: {command: [sh, -c, echo pre >> /s/order]}}
                """).Replace("terminationGracePeriodSeconds: 1", "terminationGracePeriodSeconds: 20"), "hooks");

        (await podsd.PodsAsync("delete", "pod", "hooks")).Succeeded();

        await Eventually.True(async () => await podsd.GetAsync("hooks") is null, "the pod is gone", TimeSpan.FromSeconds(30));
        Assert.Equal("post\npre\nterm\n", File.ReadAllText(Path.Combine(directory, "order")));
    }

    [SkippableFact]
    public async Task Container_whose_postStart_hook_fails_is_killed_and_tried_again()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("post", Manifest.Forever,
            containerLines: "lifecycle: {postStart: {exec: {command: [sh, -c, echo no; exit 3]}}}"));

        await podsd.WaitForAsync("post", p => Restarts(p) >= 1, "tried again");

        Assert.Contains("Exec lifecycle hook ([sh -c echo no; exit 3]) for Container \"main\" in Pod \"post\" failed: no",
            (await podsd.PodsAsync("events", "post")).Succeeded().Output);
    }

    [SkippableFact]
    public async Task Job_with_sidecar_starts_it_first_and_ends_it_last()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string directory = podsd.File("shared");
        Directory.CreateDirectory(directory);
        await podsd.ApplyAsync(Manifest.Of("job", "echo app >> /s/order", $$"""
            restartPolicy: Never
            volumes:
            - name: s
              hostPath: {path: {{directory}} }
            initContainers:
            - name: proxy
              image: {{PodsDaemon.Image}}
              restartPolicy: Always
              command: [sh, -c]
              args: ["echo proxy >> /s/order; trap 'echo end >> /s/order; exit 0' TERM; touch /tmp/up; while true; do sleep 1 & wait $!; done"]
              startupProbe: {exec: {command: [test, -e, /tmp/up]}, periodSeconds: 1}
              volumeMounts: [{name: s, mountPath: /s}]
            """, "volumeMounts: [{name: s, mountPath: /s}]"));

        JsonNode pod = await podsd.WaitForAsync("job", p => p["status"]!["phase"]!.GetValue<string>() == "Succeeded", "Succeeded");

        Assert.Equal("proxy\napp\nend\n", File.ReadAllText(Path.Combine(directory, "order")));
        JsonNode ready = pod["status"]!["conditions"]!.AsArray().First(c => c!["type"]!.GetValue<string>() == "Ready")!;
        Assert.Equal("PodCompleted", ready["reason"]!.GetValue<string>());
    }

    [SkippableFact]
    public async Task Pod_is_failed_when_its_active_deadline_has_passed()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("late", Manifest.Forever, "activeDeadlineSeconds: 2"));

        JsonNode pod = await podsd.WaitForAsync("late", p => p["status"]!["phase"]!.GetValue<string>() == "Failed", "Failed");

        Assert.Equal("DeadlineExceeded", pod["status"]!["reason"]!.GetValue<string>());
    }

    [SkippableFact]
    public async Task Last_words_are_in_the_status()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("words", "echo -n 'no database' > /dev/termination-log; exit 1", "restartPolicy: Never"));
        await podsd.ApplyAsync(Manifest.Of("log", "echo one; echo two; exit 1", "restartPolicy: Never",
            "terminationMessagePolicy: FallbackToLogsOnError"));

        Assert.Equal("no database", await WordsAsync(podsd, "words"));
        Assert.Equal("one\ntwo\n", await WordsAsync(podsd, "log"));
    }

    private static async Task<string?> WordsAsync(PodsDaemon podsd, string name)
    {
        JsonNode pod = await podsd.WaitForAsync(name, p => p["status"]!["phase"]!.GetValue<string>() == "Failed", "Failed");
        return PodsDaemon.ContainerStatus(pod, "main")["state"]!["terminated"]!["message"]?.GetValue<string>();
    }

    private static int Restarts(JsonNode pod) => PodsDaemon.FindContainerStatus(pod, "main")?["restartCount"]?.GetValue<int>() ?? 0;
}
