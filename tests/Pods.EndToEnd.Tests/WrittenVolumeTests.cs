using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Volumes whose files podsd writes, looked at from inside the container.</summary>
public sealed class WrittenVolumeTests
{
    private const string Settings = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {colour: blue, shape: round}
        """;
    private const string Login = """
        apiVersion: v1
        kind: Secret
        metadata: {name: login}
        stringData: {password: tell-nobody}
        """;

    [SkippableFact]
    public async Task ConfigMap_that_comes_late_starts_the_pod_and_its_changes_arrive_all_at_once()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("reader", Manifest.Forever,
            "volumes:\n- {name: v, configMap: {name: settings}}\n- {name: none, configMap: {name: absent, optional: true}}",
            "volumeMounts:\n- {name: v, mountPath: /etc/app}\n- {name: none, mountPath: /none}"));
        JsonNode waiting = await podsd.WaitForAsync("reader", p => p["status"]?["reason"]?.GetValue<string>() == "FailedMount", "waiting");
        Assert.Equal("MountVolume.SetUp failed for volume \"v\" : configmap \"settings\" not found", waiting["status"]!["message"]!.GetValue<string>());
        Assert.Equal("ContainerCreating", PodsDaemon.ContainerStatus(waiting, "main")["state"]!["waiting"]!["reason"]!.GetValue<string>());

        await podsd.ApplyAsync(Settings);
        await podsd.WaitForAsync("reader", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");

        Assert.Equal("blue", await podsd.ExecAsync("reader", "main", "cat", "/etc/app/colour"));
        Assert.Equal("..data/colour\n", await podsd.ExecAsync("reader", "main", "readlink", "/etc/app/colour"));
        Assert.Equal("644\n", await podsd.ExecAsync("reader", "main", "stat", "-L", "-c", "%a", "/etc/app/colour"));
        Assert.NotEqual(0, (await podsd.PodsAsync("exec", "reader", "--", "touch", "/etc/app/new")).ExitCode);
        Assert.Equal("", await podsd.ExecAsync("reader", "main", "ls", "/none"));

        await podsd.ApplyAsync(Settings.Replace("blue, shape: round", "red, size: big"));
        await Eventually.True(async () => await podsd.ExecAsync("reader", "main", "cat", "/etc/app/colour") == "red", "the change is there");
        Assert.Equal("colour\nsize\n", await podsd.ExecAsync("reader", "main", "ls", "/etc/app"));
        Assert.Equal(0, PodsDaemon.ContainerStatus((await podsd.GetAsync("reader"))!, "main")["restartCount"]!.GetValue<int>());

        (await podsd.PodsAsync("delete", "configmap", "settings")).Succeeded();
        Assert.Equal("red", await podsd.ExecAsync("reader", "main", "cat", "/etc/app/colour"));
    }

    [SkippableFact]
    public async Task Secret_is_in_memory_with_its_modes_and_readable_by_the_group_of_the_pod()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Login);
        await podsd.RunPodAsync(Manifest.Of("safe", Manifest.Forever, """
            securityContext: {runAsUser: 1000, fsGroup: 3000}
            volumes:
            - {name: v, secret: {secretName: login, defaultMode: 0400, items: [{key: password, path: deep/pw}]}}
            """, "volumeMounts:\n- {name: v, mountPath: /secret}"), "safe");

        Assert.Equal("tell-nobody", await podsd.ExecAsync("safe", "main", "cat", "/secret/deep/pw"));
        Assert.Equal("440 0 3000\n", await podsd.ExecAsync("safe", "main", "stat", "-L", "-c", "%a %u %g", "/secret/deep/pw"));
        Assert.Matches("/secret tmpfs ro,", await podsd.ExecAsync("safe", "main", "grep", " /secret ", "/proc/mounts"));
        Assert.DoesNotContain("tell-nobody", podsd.Log);
        string[] files = Directory.GetFiles(podsd.File("pods/pods"), "*", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, f => File.ReadAllText(f).Contains("tell-nobody"));
    }

    [SkippableFact]
    public async Task Projected_volume_shows_objects_and_the_pods_own_labels_and_follows_them_over_a_restart_of_podsd()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Settings);
        await podsd.ApplyAsync(Login);
        string manifest = Manifest.Of("all", Manifest.Forever, """
            volumes:
            - name: v
              projected:
                sources:
                - configMap: {name: settings, items: [{key: colour, path: etc/colour}]}
                - secret: {name: login}
                - downwardAPI:
                    items:
                    - {path: labels, fieldRef: {fieldPath: metadata.labels}}
                    - {path: memory, resourceFieldRef: {containerName: main, resource: limits.memory, divisor: 1Mi}}
            - {name: self, downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}}
            """, """
            resources: {limits: {memory: 64Mi}}
            volumeMounts:
            - {name: v, mountPath: /v}
            - {name: self, mountPath: /self}
            """).Replace("name: all}", "name: all, labels: {app: web}}");
        await podsd.RunPodAsync(manifest, "all");
        Assert.Equal("bluetell-nobodyapp=\"web\"64all",
            await podsd.ExecAsync("all", "main", "cat", "/v/etc/colour", "/v/password", "/v/labels", "/v/memory", "/self/name"));

        await podsd.ApplyAsync(manifest.Replace("app: web", "app: shop"));
        await Eventually.True(async () => await podsd.ExecAsync("all", "main", "cat", "/v/labels") == "app=\"shop\"", "the label is there");

        // Changed while podsd was away: the directory of objects is what it starts from.
        await podsd.KillAsync();
        string stored = podsd.File("pods/objects/configmaps/default/settings.json");
        await File.WriteAllTextAsync(stored, (await File.ReadAllTextAsync(stored)).Replace("blue", "green"));
        await podsd.StartAgainAsync();
        await Eventually.True(async () => await podsd.ExecAsync("all", "main", "cat", "/v/etc/colour") == "green", "the change is there");
        Assert.Equal(0, PodsDaemon.ContainerStatus((await podsd.GetAsync("all"))!, "main")["restartCount"]!.GetValue<int>());
    }
}
