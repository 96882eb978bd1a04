using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Variables whose values come from other objects.</summary>
public sealed class EnvironmentTests
{
    private const string Variables = """
        resources: {limits: {memory: 32Mi, cpu: 250m}}
        envFrom:
        - prefix: S_
          configMapRef: {name: settings}
        - configMapRef: {name: absent, optional: true}
        env:
        - {name: COLOUR, valueFrom: {configMapKeyRef: {name: settings, key: colour}}}
        - {name: PASSWORD, valueFrom: {secretKeyRef: {name: login, key: password}}}
        - {name: ABSENT, valueFrom: {secretKeyRef: {name: login, key: absent, optional: true}}}
        - {name: MEMORY, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
        - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}
        - {name: BOTH, value: $(COLOUR)-$(S_size)}
        """;

    private const string Settings = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {colour: blue, size: "7"}
        """;

    private const string Login = """
        apiVersion: v1
        kind: Secret
        metadata: {name: login}
        stringData: {password: tell-nobody}
        """;

    [SkippableFact]
    public async Task Container_waits_for_the_objects_that_its_variables_come_from()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("reader",
            "echo $COLOUR $PASSWORD ${ABSENT-unset} $MEMORY $CPU $BOTH $S_colour; " + Manifest.Forever, "", Variables));

        JsonNode pod = await podsd.WaitForAsync("reader", p => Waiting(p)?["reason"]?.GetValue<string>() == "CreateContainerConfigError", "waiting");
        Assert.Equal("configmap \"settings\" not found", Waiting(pod)!["message"]!.GetValue<string>());

        await podsd.ApplyAsync(Settings);
        await podsd.WaitForAsync("reader", p => Waiting(p)?["message"]?.GetValue<string>() == "secret \"login\" not found", "waiting for the secret");
        await podsd.ApplyAsync(Login);
        await podsd.WaitForAsync("reader", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");

        await Eventually.True(async () => (await podsd.PodsAsync("logs", "reader")).Output == "blue tell-nobody unset 32 250 blue-7 blue\n",
            "the variables are set");
        Assert.DoesNotContain("tell-nobody", podsd.Log);
    }

    private static JsonNode? Waiting(JsonNode pod) => PodsDaemon.FindContainerStatus(pod, "main")?["state"]?["waiting"];
}
