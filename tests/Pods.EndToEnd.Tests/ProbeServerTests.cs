using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>What a server on the other end sees of probes and hooks, and what its answers do to the pod.</summary>
public sealed class ProbeServerTests
{
    private const string Fast = "periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 10";

    [SkippableFact]
    public async Task Probes_and_hooks_speak_https_to_a_server_that_nobody_vouches_for_and_grpc_to_the_health_service()
    {
        await using ProbedServer server = await ProbedServer.StartAsync();
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        // Ill for as long as it takes to be started anew, and well ever after.
        server.Health = (service, count) => service != "shop" ? null : count < 2 ? 2 : 1;
        server.Status = (path, count) => path == "/ready" && count == 0 ? 503 : 200;
        await podsd.ApplyAsync(Manifest.Of("asked", Manifest.Forever, "hostNetwork: true", $$"""
            ports: [{name: https, containerPort: {{server.HttpsPort}} }]
            startupProbe: {tcpSocket: {host: 127.0.0.1, port: https}, {{Fast}} }
            readinessProbe:
              httpGet:
                {scheme: HTTPS, host: 127.0.0.1, port: https, path: /ready, httpHeaders: [{name: X-Probe, value: "yes"}, {name: Host, value: shop.test}]}
              periodSeconds: 1
              timeoutSeconds: 10
            livenessProbe: {grpc: {port: {{server.GrpcPort}}, service: shop}, periodSeconds: 1, failureThreshold: 2, timeoutSeconds: 10, terminationGracePeriodSeconds: 60}
            lifecycle:
              postStart: {httpGet: {scheme: HTTPS, host: 127.0.0.1, port: https, path: /began} }
              preStop: {httpGet: {scheme: HTTPS, host: 127.0.0.1, port: https, path: /ends} }
            """));

        JsonNode pod = await podsd.WaitForAsync("asked", p => Restarts(p) == 1 && PodsDaemon.Condition(p, "Ready") == "True", "Ready again",
            TimeSpan.FromMinutes(1));
        string events = (await podsd.PodsAsync("events", "asked")).Succeeded().Output;
        Assert.Contains("Liveness probe failed: service unhealthy (responded with \"NOT_SERVING\")", events);
        Assert.Contains("Readiness probe failed: HTTP probe failed with statuscode: 503", events);
        (await podsd.PodsAsync("delete", "pod", "asked", "--grace-period=60")).Succeeded();
        await Eventually.True(async () => await podsd.GetAsync("asked") is null, "the pod is gone", TimeSpan.FromMinutes(1));

        ProbeQuestion ready = server.Questions("/ready")[^1];
        Assert.Equal(("https", "shop.test", "yes"), (ready.Scheme, ready.Host, ready.Header));
        Assert.StartsWith("kube-probe/", ready.Agent);
        Assert.Equal(1, Restarts(pod));
        Assert.Equal((2, 2), (server.Questions("/began").Count, server.Questions("/ends").Count));
        Assert.All(server.Questions("/began").Concat(server.Questions("/ends")), question => Assert.Equal("https", question.Scheme));
    }

    [SkippableFact]
    public async Task Grpc_service_that_the_server_does_not_know_and_a_port_that_nobody_listens_on_keep_a_pod_unready()
    {
        await using ProbedServer server = await ProbedServer.StartAsync();
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        server.Health = (service, _) => service.Length == 0 ? 1 : null;
        await podsd.ApplyAsync(string.Join("\n---\n",
            Manifest.Of("known", Manifest.Forever, "hostNetwork: true", $$"""readinessProbe: {grpc: {port: {{server.GrpcPort}} }, {{Fast}} }"""),
            Manifest.Of("unknown", Manifest.Forever, "hostNetwork: true", $$"""readinessProbe: {grpc: {port: {{server.GrpcPort}}, service: other}, {{Fast}} }"""),
            Manifest.Of("nobody", Manifest.Forever, "hostNetwork: true", $$"""readinessProbe: {grpc: {port: {{FreePort.Find()}} }, {{Fast}} }""")));

        await podsd.WaitForAsync("known", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
        await Eventually.True(async () => (await podsd.PodsAsync("events", "unknown")).Output.Contains("Readiness probe failed: health rpc"), "told",
            TimeSpan.FromSeconds(30));
        await Eventually.True(async () => (await podsd.PodsAsync("events", "nobody")).Output.Contains("Readiness probe failed: "), "told",
            TimeSpan.FromSeconds(30));
        Assert.Equal("False", PodsDaemon.Condition((await podsd.GetAsync("unknown"))!, "Ready"));
        Assert.Equal("False", PodsDaemon.Condition((await podsd.GetAsync("nobody"))!, "Ready"));
    }

    [SkippableFact]
    public async Task Delays_thresholds_and_timeouts_of_a_probe_are_kept()
    {
        await using ProbedServer server = await ProbedServer.StartAsync();
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        // Good, bad, good, good; three bad ones; then for ever good. The other one answers nothing at all.
        server.Status = (path, count) => path == "/silent" ? 0 : count is 1 or 4 or 5 or 6 ? 500 : 200;
        string probe(string path) =>
            $$"""httpGet: {scheme: HTTPS, host: 127.0.0.1, port: {{server.HttpsPort}}, path: {{path}} }, periodSeconds: 1""";

        await podsd.ApplyAsync(string.Join("\n---\n",
            Manifest.Of("counted", Manifest.Forever, "hostNetwork: true",
                $$"""readinessProbe: { {{probe("/counted")}}, initialDelaySeconds: 2, successThreshold: 2, failureThreshold: 3, timeoutSeconds: 30}"""),
            Manifest.Of("silent", Manifest.Forever, "hostNetwork: true", $$"""readinessProbe: { {{probe("/silent")}}, timeoutSeconds: 1}""")));

        JsonNode pod = await podsd.WaitForAsync("counted", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
        int asked = server.Questions("/counted").Count;
        Assert.True(asked >= 4, $"Ready after {asked} questions: two good answers in a row are the third and the fourth");
        DateTimeOffset began = PodsDaemon.ContainerStatus(pod, "main")["state"]!["running"]!["startedAt"]!.GetValue<DateTimeOffset>();
        // Times in a status are whole seconds, cut off.
        Assert.True(server.Questions("/counted")[0].At - began >= TimeSpan.FromSeconds(2), $"asked at {server.Questions("/counted")[0].At:o}, began at {began:o}");
        await podsd.WaitForAsync("counted", p => PodsDaemon.Condition(p, "Ready") == "False" || server.Questions("/counted").Count > 9, "unready, or ready again");
        await podsd.WaitForAsync("counted", p => PodsDaemon.Condition(p, "Ready") == "True" && server.Questions("/counted").Count >= 9, "Ready again");
        string events = (await podsd.PodsAsync("events", "counted")).Succeeded().Output;
        Assert.Contains("Readiness probe failed: HTTP probe failed with statuscode: 500", events);

        await Eventually.True(async () => (await podsd.PodsAsync("events", "silent")).Output.Contains("Readiness probe failed: no answer within 1 s"), "told",
            TimeSpan.FromSeconds(30));
        Assert.Equal("False", PodsDaemon.Condition((await podsd.GetAsync("silent"))!, "Ready"));
    }

    private static int Restarts(JsonNode pod) => PodsDaemon.FindContainerStatus(pod, "main")?["restartCount"]?.GetValue<int>() ?? 0;
}
