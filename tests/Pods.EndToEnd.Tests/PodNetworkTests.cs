using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Addresses, ports and their end.</summary>
public sealed class PodNetworkTests
{
    [SkippableFact]
    public async Task Pods_reach_each_other_by_address()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        JsonNode server = await podsd.RunPodAsync(
            Manifest.Of("server", "echo hello > /tmp/index.html; exec httpd -f -p 80 -h /tmp"), "server");
        await podsd.RunPodAsync(Manifest.Of("client", Manifest.Forever), "client");

        await Eventually.True(async () => (await podsd.PodsAsync("exec", "client", "--",
            "wget", "-q", "-O", "-", $"http://{PodsDaemon.PodIp(server)}/")).Output == "hello\n", "the server answers");
    }

    [SkippableFact]
    public async Task Host_port_is_reachable_while_the_pod_lives()
    {
        int port = FreePort.Find();
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("ported", "echo hello > /tmp/index.html; exec httpd -f -p 80 -h /tmp", "",
            $"ports: [{{containerPort: 80, hostPort: {port}, hostIP: 127.0.0.1}}]"), "ported");
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(2) };

        await Eventually.True(async () => await TryGetAsync(http, port) == "hello\n", "the host port answers");

        await podsd.DeleteAsync("ported");
        Assert.Null(await TryGetAsync(http, port));
        CommandResult rules = await Command.RunAsync("iptables-save", ["-t", "nat"]);
        Assert.DoesNotContain($"--dport {port} ", rules.Output);
    }

    [SkippableFact]
    public async Task Pod_whose_network_fails_says_why_leaves_nothing_and_comes_up_when_it_is_mended()
    {
        using ScratchDirectory plugins = new();
        File.WriteAllText(plugins.File("unlucky"), $$"""
            #!/bin/sh
            [ "$CNI_COMMAND" = ADD ] && [ ! -e {{plugins.File("mended")}} ] || { cat; exit 0; }
            echo '{"cniVersion": "1.0.0", "code": 100, "msg": "no luck today"}'
            exit 1
            """);
        File.SetUnixFileMode(plugins.File("unlucky"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(
            new() { Arguments = ["--cni-bin-dir", plugins.Path + ":/usr/lib/cni:/opt/cni/bin"] });
        JsonNode network = JsonNode.Parse(File.ReadAllText(podsd.File("net.d/10-test.conflist")))!;
        network["plugins"]!.AsArray().Add(new JsonObject { ["type"] = "unlucky" });
        File.WriteAllText(podsd.File("net.d/10-test.conflist"), network.ToJsonString());

        await podsd.ApplyAsync(Manifest.Of("unlucky", Manifest.Forever));

        JsonNode pod = await podsd.WaitForAsync("unlucky",
            p => p["status"]?["reason"]?.GetValue<string>() == "FailedCreatePodSandBox", "told about");
        Assert.Contains("cni plugin unlucky: ADD: no luck today", pod["status"]!["message"]!.GetValue<string>());
        await Eventually.True(() => podsd.Containerd.Shims().Count == 0 && Directory.GetFiles(podsd.NetworkNamespaces).Length == 0
            && Directory.GetFiles(podsd.AddressLeases, "10.*").Length == 0, "neither pause nor an address stays until the next try");

        File.WriteAllText(plugins.File("mended"), "");
        await podsd.WaitForAsync("unlucky", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
    }

    [SkippableFact]
    public async Task Host_network_pod_has_the_hosts_namespace_and_no_address_of_its_own()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        JsonNode pod = await podsd.RunPodAsync(Manifest.Of("host", Manifest.Forever, "hostNetwork: true"), "host");

        int pid = await podsd.PidOfAsync(pod, "main");

        Assert.Equal(ProcessTable.Namespace(Environment.ProcessId, "net"), ProcessTable.Namespace(pid, "net"));
        Assert.Equal(pod["status"]!["hostIP"]!.GetValue<string>(), PodsDaemon.PodIp(pod));
    }

    private static async Task<string?> TryGetAsync(HttpClient http, int port)
    {
        try
        {
            return await http.GetStringAsync($"http://127.0.0.1:{port}/");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }
}
