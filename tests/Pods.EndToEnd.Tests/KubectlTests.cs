using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>The real kubectl on podsd's API.</summary>
public sealed class KubectlTests
{
    [SkippableFact]
    public async Task Kubectl_creates_lists_patches_and_deletes_a_pod()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);

        string manifest = kubectl.Write(Manifest.Of("web", "echo up; " + Manifest.Forever));
        Assert.Equal("pod/web created\n", (await kubectl.RunAsync("create", "--validate=false", "-f", manifest)).Succeeded().Output);
        (await kubectl.RunAsync("wait", "--for=condition=Ready", "--timeout=30s", "pod/web")).Succeeded();

        string[] rows = (await kubectl.RunAsync("get", "pods", "-o", "wide")).Succeeded().Output.Split('\n');
        Assert.Matches("^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE", rows[0]);
        Assert.Matches("^web +1/1 +Running +0 +[0-9]+s +10\\.", rows[1]);
        Assert.Equal("up\n", (await kubectl.RunAsync("logs", "web")).Succeeded().Output);
        Assert.Equal("pod/web labeled\n", (await kubectl.RunAsync("label", "pod", "web", "tier=front")).Succeeded().Output);
        Assert.Equal("pod/web\n", (await kubectl.RunAsync("get", "pod", "-l", "tier=front", "-o", "name")).Succeeded().Output);
        Assert.Matches("^Name: +web\n", (await kubectl.RunAsync("describe", "pod", "web")).Succeeded().Output);
        Assert.StartsWith("pod \"web\" deleted", (await kubectl.RunAsync("delete", "pod", "web", "--grace-period=1")).Succeeded().Output);
        Assert.Null(await podsd.GetAsync("web"));
    }

    [SkippableFact]
    public async Task Kubectl_apply_changes_what_the_file_changed()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);
        string manifest = Manifest.Of("app", Manifest.Forever, "terminationGracePeriodSeconds: 1");

        (await kubectl.RunAsync("apply", "--validate=false", "-f", kubectl.Write(manifest))).Succeeded();
        (await kubectl.RunAsync("wait", "--for=condition=Ready", "--timeout=30s", "pod/app")).Succeeded();
        CommandResult same = await kubectl.RunAsync("apply", "--validate=false", "-f", kubectl.Write(manifest));
        CommandResult changed = await kubectl.RunAsync("apply", "--validate=false", "-f",
            kubectl.Write(manifest.Replace("metadata: {name: app", "metadata: {labels: {v: \"2\"}, name: app")));

        Assert.Equal("pod/app unchanged\n", same.Succeeded().Output);
        Assert.Equal("pod/app configured\n", changed.Succeeded().Output);
        Assert.Equal("2", (await podsd.GetAsync("app"))!["metadata"]!["labels"]!["v"]!.GetValue<string>());
    }

    [SkippableFact]
    public async Task Kubectl_exec_runs_a_command_and_passes_its_exit_code_on()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);
        await podsd.RunPodAsync(Manifest.Of("box", Manifest.Forever), "box");

        CommandResult echoed = await kubectl.RunAsync(["exec", "-i", "box", "--", "sh", "-c", "cat; exit 3"], "through\n");

        Assert.Equal("through\n", echoed.Output);
        Assert.Equal(3, echoed.ExitCode);
        CommandResult missing = await kubectl.RunAsync("exec", "box", "--", "no-such-program");
        Assert.Matches("^error: .*no-such-program.*not found", missing.Error);
        Assert.Equal(1, missing.ExitCode);
    }

    [SkippableFact]
    public async Task Kubectl_shows_an_invalid_pod_as_an_API_server_would()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);

        CommandResult refused = await kubectl.RunAsync("create", "--validate=false", "-f", kubectl.Write(Manifest.Of("Bad_Name", "true")));

        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("The Pod \"Bad_Name\" is invalid: metadata.name: Invalid value: \"Bad_Name\"", refused.Error);
    }

    [SkippableFact]
    public async Task Kubectl_applies_without_being_told_not_to_validate_and_shows_what_is_wrong()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);
        string map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: first}\n";

        (await kubectl.RunAsync("apply", "-f", kubectl.Write(Manifest.Of("web", Manifest.Forever)))).Succeeded();
        Assert.Equal("configmap/settings created\n", (await kubectl.RunAsync("apply", "-f", kubectl.Write(map))).Succeeded().Output);
        Assert.Equal("configmap/settings configured\n",
            (await kubectl.RunAsync("apply", "-f", kubectl.Write(map.Replace("first", "second")))).Succeeded().Output);
        (await kubectl.RunAsync(["patch", "cm", "settings", "--type=json", "-p", """[{"op": "add", "path": "/data/b", "value": "third"}]"""], null)).Succeeded();
        CommandResult misspelt = await kubectl.RunAsync("apply", "-f", kubectl.Write(Manifest.Of("other", "true").Replace("image:", "imagee:")));

        Assert.Equal("second", (await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.data.a}")).Succeeded().Output);
        Assert.Equal("third", (await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.data.b}")).Succeeded().Output);
        Assert.Equal(1, misspelt.ExitCode);
        Assert.Contains("unknown field \"spec.containers[0].imagee\"", misspelt.Error);
    }
}
