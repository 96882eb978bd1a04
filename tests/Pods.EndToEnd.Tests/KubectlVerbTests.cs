using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>What people type at kubectl all day, against podsd.</summary>
public sealed class KubectlVerbTests
{
    private const string Deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: main, image: "test.local/busybox:1", imagePullPolicy: IfNotPresent, command: [sh, -c, "echo up; exec sleep 1000000"]}]
        """;

    [SkippableFact]
    public async Task Node_and_namespaces_are_shown_as_a_cluster_shows_them()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);
        (await kubectl.RunAsync("create", "configmap", "settings", "-n", "other", "--from-literal=a=b")).Succeeded();

        Assert.Matches(@"^NAME +STATUS +ROLES +AGE +VERSION\n\S+ +Ready +<none> +\d+s +v\d+\.\d+\.\d+\n$",
            (await kubectl.RunAsync("get", "nodes")).Succeeded().Output);
        Assert.Matches(@"(?m)^NAME .* INTERNAL-IP .* CONTAINER-RUNTIME$", (await kubectl.RunAsync("get", "no", "-o", "wide")).Succeeded().Output);
        Assert.Matches(@"^containerd://\d+\.\d+", (await kubectl.RunAsync(
            "get", "nodes", "-o", "jsonpath={.items[0].status.nodeInfo.containerRuntimeVersion}")).Succeeded().Output);
        string name = (await kubectl.RunAsync("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}")).Succeeded().Output;
        Assert.Matches(@"(?s)^Name: +\S+\n.*Ready +True .*Capacity:\n +cpu: ", (await kubectl.RunAsync("describe", "node", name)).Succeeded().Output);
        Assert.Matches(@"^NAME +STATUS +AGE\ndefault +Active +\d+s\nother +Active +\d+s\n$", (await kubectl.RunAsync("get", "ns")).Succeeded().Output);
        Assert.Equal("namespace/other\n", (await kubectl.RunAsync("get", "ns", "other", "-o", "name")).Succeeded().Output);
        Assert.Contains("namespaces \"absent\" not found", (await kubectl.RunAsync("get", "ns", "absent")).Error);
    }

    [SkippableFact]
    public async Task Create_makes_what_its_generators_say_though_they_speak_protobuf()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);

        Assert.Equal("configmap/settings created\n",
            (await kubectl.RunAsync("create", "configmap", "settings", "--from-literal=a=b", "--from-literal=empty=")).Succeeded().Output);
        Assert.Equal("secret/token created\n", (await kubectl.RunAsync("create", "secret", "generic", "token", "--from-literal=key=value")).Succeeded().Output);
        Assert.Equal("job.batch/once created\n",
            (await kubectl.RunAsync("create", "job", "once", "--image=" + PodsDaemon.Image, "--", "echo", "done")).Succeeded().Output);
        Assert.Equal("deployment.apps/web created\n", (await kubectl.RunAsync(
            "create", "deployment", "web", "--image=" + PodsDaemon.Image, "--replicas=0", "--port=80", "--", "sleep", "1000000")).Succeeded().Output);

        Assert.Equal("b,", (await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.data.a},{.data.empty}")).Succeeded().Output);
        Assert.Equal("dmFsdWU=", (await kubectl.RunAsync("get", "secret", "token", "-o", "jsonpath={.data.key}")).Succeeded().Output);
        Assert.Equal("0", (await kubectl.RunAsync("get", "deploy", "web", "-o", "jsonpath={.spec.replicas}")).Succeeded().Output);
        (await kubectl.RunAsync("wait", "--for=condition=complete", "--timeout=60s", "job/once")).Succeeded();
        Assert.Equal("done\n", (await kubectl.RunAsync("logs", "job/once")).Succeeded().Output);
    }

    [SkippableFact]
    public async Task Deployment_is_rolled_out_restarted_scaled_and_waited_for()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);
        string file = kubectl.Write(Deployment);

        Assert.Equal("deployment.apps/web created (server dry run)\n", (await kubectl.RunAsync("apply", "--dry-run=server", "-f", file)).Succeeded().Output);
        Assert.Equal(1, (await kubectl.RunAsync("get", "deploy", "web")).ExitCode);
        (await kubectl.RunAsync("apply", "-f", file)).Succeeded();
        Assert.Contains("successfully rolled out", (await kubectl.RunAsync("rollout", "status", "deploy/web", "--timeout=60s")).Succeeded().Output);
        Assert.Equal("", (await kubectl.RunAsync("diff", "-f", file)).Succeeded().Output);
        string before = await NamesAsync(kubectl);
        (await kubectl.RunAsync("rollout", "restart", "deploy/web")).Succeeded();
        (await kubectl.RunAsync("rollout", "status", "deploy/web", "--timeout=60s")).Succeeded();
        // An old one that ends within its grace period is still listed.
        await Eventually.True(async () => !before.Split(' ').Intersect((await NamesAsync(kubectl)).Split(' ')).Any(), "the old pods are gone",
            TimeSpan.FromSeconds(30));
        Assert.Equal("deployment.apps/web scaled\n", (await kubectl.RunAsync("scale", "deploy/web", "--replicas=3")).Succeeded().Output);
        (await kubectl.RunAsync("wait", "--for=jsonpath={.status.readyReplicas}=3", "--timeout=60s", "deploy/web")).Succeeded();
        (await kubectl.RunAsync("wait", "--for=condition=Available", "--timeout=60s", "deploy/web")).Succeeded();
        Assert.EndsWith("up\n", (await kubectl.RunAsync("logs", "deploy/web")).Succeeded().Output);
        Assert.Equal("hi\n", (await kubectl.RunAsync("exec", "deploy/web", "--", "echo", "hi")).Succeeded().Output);
        Assert.Matches("(?m)^web-[a-z0-9-]+ +[0-9]+m +[0-9]+Mi", (await kubectl.RunAsync("top", "pod")).Succeeded().Output);
        Assert.Matches("(?m)^Replicas: +3 desired", (await kubectl.RunAsync("describe", "deploy", "web")).Succeeded().Output);
        (await kubectl.RunAsync("delete", "deploy", "web", "--wait", "--timeout=60s")).Succeeded();
    }

    [SkippableFact]
    public async Task Questions_about_the_API_have_answers()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);

        Assert.Matches("(?m)^deployments +deploy +apps/v1 +true +Deployment", (await kubectl.RunAsync("api-resources")).Succeeded().Output);
        Assert.Contains("apps/v1\n", (await kubectl.RunAsync("api-versions")).Succeeded().Output);
        Assert.Equal("yes\n", (await kubectl.RunAsync("auth", "can-i", "create", "pods")).Succeeded().Output);
        Assert.Contains("*.*", (await kubectl.RunAsync("auth", "can-i", "--list")).Succeeded().Output);
        Assert.Contains("system:masters", (await kubectl.RunAsync("auth", "whoami")).Succeeded().Output);
        Assert.Contains("FIELD: containers <[]containers>", (await kubectl.RunAsync("explain", "pod.spec.containers")).Succeeded().Output);
        Assert.Matches(@"(?m)^ +livenessProbe\s*<livenessProbe>", (await kubectl.RunAsync("explain", "pod.spec.containers")).Succeeded().Output);
        Assert.Contains("Refused: ", (await kubectl.RunAsync("explain", "deployment.spec.paused")).Succeeded().Output);
        Assert.Contains("data", (await kubectl.RunAsync("explain", "configmap")).Succeeded().Output);
    }

    private static async Task<string> NamesAsync(Kubectl kubectl) =>
        (await kubectl.RunAsync("get", "pods", "-o", "jsonpath={.items[*].metadata.name}")).Succeeded().Output;
}
