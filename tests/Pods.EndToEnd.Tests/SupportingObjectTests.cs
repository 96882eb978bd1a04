using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>ConfigMaps, Secrets and claims through the real programs: applied, shown, kept, deleted, and never told to the wrong reader.</summary>
public sealed class SupportingObjectTests
{
    private const string Objects = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings, labels: {app: web}}
        data: {mode: fast}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: key}
        stringData: {password: hunter2}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: disk}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
        """;

    [SkippableFact]
    public async Task Objects_are_applied_kept_over_a_kill_of_podsd_and_deleted_and_a_secret_is_shown_only_when_asked()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();

        Assert.Equal("configmap/settings created\nsecret/key created\npersistentvolumeclaim/disk created\n", await ApplyAsync(podsd, Objects));
        Assert.Equal("configmap/settings unchanged\nsecret/key unchanged\npersistentvolumeclaim/disk unchanged\n", await ApplyAsync(podsd, Objects));
        await podsd.KillAsync();
        await podsd.StartAgainAsync();
        Assert.Contains("secret/key configured", await ApplyAsync(podsd, Objects.Replace("hunter2", "swordfish")));

        string table = await RunAsync(podsd, "get", "secrets"), page = await RunAsync(podsd, "describe", "secret", "key");
        Assert.Matches(@"key\s+Opaque\s+1\s+\d+s", table);
        Assert.Contains("password:  9 bytes", page);
        Assert.Equal("c3dvcmRmaXNo", await RunAsync(podsd, "get", "secret/key", "-o", "jsonpath={.data.password}"));
        Assert.Matches(@"disk\s+Bound\s+1Gi\s+RWO", await RunAsync(podsd, "get", "pvc"));
        Assert.Contains("fast", await RunAsync(podsd, "describe", "cm/settings"));

        Assert.Equal("configmap \"settings\" deleted\nsecret \"key\" deleted\npersistentvolumeclaim \"disk\" deleted\n",
            (await podsd.PodsAsync(["delete", "-f", "-"], Objects)).Succeeded().Output);
        Assert.Equal("Error from server (NotFound): secrets \"key\" not found\n", (await podsd.PodsAsync("get", "secret", "key")).Error);
        foreach (string secret in new[] { "hunter2", "swordfish", "c3dvcmRmaXNo" })
            Assert.DoesNotContain(secret, podsd.Log);
    }

    private static async Task<string> ApplyAsync(PodsDaemon podsd, string manifest) =>
        (await podsd.PodsAsync(["apply", "-f", "-"], manifest)).Succeeded().Output;

    private static async Task<string> RunAsync(PodsDaemon podsd, params string[] arguments) => (await podsd.PodsAsync(arguments)).Succeeded().Output;
}
