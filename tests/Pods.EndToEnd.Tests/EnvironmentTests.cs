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

    [SkippableFact]
    public async Task Variables_come_from_a_file_that_an_init_container_has_written()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(WithFile("written", @"printf 'COLOUR = \047dark blue\047\n# SIZE\n' > /data/file"));
        await podsd.WaitForAsync("written", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
        await Eventually.True(
            async () => (await podsd.PodsAsync("logs", "written", "-c", "main")).Output == "dark blue unset\n", "the variables are set");

        // Who writes it may mean harm: a link out of the volume, a fifo that nobody feeds.
        foreach (var (name, command, message) in new[]
        {
            ("missing", "true", "environment file \"file\" of volume \"data\" not found"),
            ("unquoted", "echo COLOUR=secret-colour > /data/file",
                "environment file \"file\" of volume \"data\": line 1: the value of COLOUR must stand in single quotes"),
            ("link", "busybox ln -s /etc/passwd /data/file", "file \"file\" of volume \"data\": "),
            // No driver has that number: to open it would fail in another way.
            ("device", "busybox mknod /data/file c 4000 1", "file \"file\" of volume \"data\" is no regular file"),
            ("fifo", "busybox mkfifo /data/file", "file \"file\" of volume \"data\" is no regular file"),
        })
        {
            await podsd.ApplyAsync(WithFile(name, command));
            JsonNode pod = await podsd.WaitForAsync(
                name, p => Waiting(p)?["reason"]?.GetValue<string>() == "CreateContainerConfigError", $"{name}: not started");
            Assert.StartsWith(message, Waiting(pod)!["message"]!.GetValue<string>());
        }
        Assert.DoesNotContain("secret-colour", podsd.Log);
    }

    private static string WithFile(string name, string command) => $$$$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{{{name}}}}}
        spec:
          terminationGracePeriodSeconds: 0
          initContainers:
          - name: writer
            image: {{{{PodsDaemon.Image}}}}
            command: [sh, -c, "{{{{command.Replace(@"\", @"\\")}}}}"]
            volumeMounts: [{name: data, mountPath: /data}]
          containers:
          - name: main
            image: {{{{PodsDaemon.Image}}}}
            command: [sh, -c, "echo $COLOUR ${SIZE-unset}; {{{{Manifest.Forever}}}}"]
            env:
            - {name: COLOUR, valueFrom: {fileKeyRef: {volumeName: data, path: file, key: COLOUR}}}
            - {name: SIZE, valueFrom: {fileKeyRef: {volumeName: data, path: file, key: SIZE, optional: true}}}
          volumes: [{name: data, emptyDir: {}}]
        """;

    private static JsonNode? Waiting(JsonNode pod) => PodsDaemon.FindContainerStatus(pod, "main")?["state"]?["waiting"];
}
