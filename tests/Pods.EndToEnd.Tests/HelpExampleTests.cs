using System.Text.RegularExpressions;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Every example that a verb's --help prints, run as it is printed.</summary>
public sealed partial class HelpExampleTests
{
    private const string Pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web, labels: {app: web}}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: app
            image: nginx:1
            imagePullPolicy: IfNotPresent
            command: [sh, -c, "trap 'exit 0' TERM; while true; do echo up; sleep 0.2; done"]
        """;

    private const string Others = """
        apiVersion: v1
        kind: Pod
        metadata: {name: job}
        spec:
          restartPolicy: Never
          containers: [{name: main, image: "busybox:1", command: ["true"]}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: shell}
        spec:
          terminationGracePeriodSeconds: 1
          containers: [{name: main, image: "busybox:1", command: [sh], stdin: true, tty: true}]
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: token}
        stringData: {value: c2VjcmV0LXZhbHVl}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 1
          selector: {matchLabels: {of: deployment}}
          template:
            metadata: {labels: {of: deployment}}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: main, image: "busybox:1", command: [sleep, "1000000"]}]
        """;

    /// <summary>How a line is run: to its end, on a terminal, or until it shows something; or why it is not.</summary>
    private sealed record Example(
        string Line, string Shows = "", int[]? Codes = null, string? Typed = null, bool IsEndless = false, string? WhyNot = null);

    private static Example Endless(string line, string shows) => new(line, shows, IsEndless: true);

    /// <summary>In an order in which each finds what it needs.</summary>
    private static readonly Example[] Examples =
    [
        new("pods version", "containerd"),
        new("pods doctor", "containerd", [0, 1]),
        new("pods doctor --json", "{", [0, 1]),
        new("pods pull registry.example/app:1", "pulled registry.example/app:1"),
        new("pods pull registry.example/app:1 --creds-file ~/.docker/config.json", "pulled registry.example/app:1"),
        new("pods images", "registry.example/app"),
        new("pods rmi registry.example/app:1", "registry.example/app:1"),
        new("pods import image.tar", "imported.example/app:1"),
        new("ssh other docker save app:1 | pods import -", "imported.example/app:1"),
        new("pods check pod.yaml", "spec.containers[0].image"),
        new("pods check --quiet manifests/"),
        new("pods diff -f pod.yaml", "web", [1]),
        new("pods apply -f pod.yaml", "pod/web created"),
        new("pods apply -f manifests/", "deployment.apps/web created"),
        new("pods apply -f pod.yaml --wait --timeout=60s", "pod/web unchanged"),
        new("generate | pods apply -f -", "pod/web unchanged"),
        new("pods wait --for=condition=Ready pod/web --timeout=60s", "pod/web condition met"),
        new("pods wait --for=jsonpath={.status.phase}=Succeeded pod/job", "pod/job condition met"),
        new("pods get -o wide", "web"),
        new("pods get web -o yaml", "name: web"),
        Endless("pods get -w -l app=web", "web"),
        new("pods get deploy -A", "web"),
        new("pods get secrets", "token"),
        new("pods get web -o jsonpath={.status.podIP}", "10."),
        new("pods describe web", "Started"),
        Endless("pods logs web -f --tail=10", "up"),
        new("pods logs web --since=5m --timestamps", "Z up"),
        new("pods exec -it web -c app -- sh", Typed: "exit\n"),
        new("pods exec web -- cat /etc/resolv.conf"),
        new("pods exec -i web -- sh -c 'cat > /tmp/file' < file"),
        Endless("pods attach web", "up"),
        new("pods attach -it shell", Typed: "exit\n"),
        Endless("pods port-forward web 8080:80", "Forwarding from 127.0.0.1:8080 -> 80"),
        Endless("pods port-forward web :80", "Forwarding from 127.0.0.1:"),
        new("pods cp web:/etc/nginx/nginx.conf nginx.conf"),
        new("pods cp site web:/usr/share/nginx/html -c app"),
        new("pods top --sort-by=memory", "web"),
        new("pods top pod web --containers", "app"),
        new("pods inspect web", "app"),
        new("pods restart web", "web"),
        new("pods restart web -c app", "web"),
        new("pods logs web -c app --previous", "up"),
        new("pods events", "Started"),
        Endless("pods events web -w", "Started"),
        new("pods events -A --types=Warning"),
        new("pods scale web --replicas=3", "scaled"),
        new("pods scale deploy/web --replicas=0", "scaled"),
        new("pods config kubeconfig -o pods.kubeconfig", "pods.kubeconfig"),
        new("pods config kubeconfig --server https://edge7.example:6443 --user ci --days 30", "written to pods.kubeconfig"),
        new("pods config rotate && pods config kubeconfig", "written to pods.kubeconfig"),
        new("source <(pods completion bash)"),
        new("pods delete web", "pod \"web\" deleted"),
        new("pods wait --for=delete pod/web", "pod/web deleted"),
        new("pods delete -f pod.yaml --ignore-not-found"),
        new("pods run nginx --name web -p 8080:80", "pod/web created"),
        new("pods run -it --rm busybox -- sh", Typed: "exit\n"),
        new("pods run --rm busybox -- echo hello", "hello"),
        new("pods delete -l app=web --now"),
        new("pods prune -A --images", "job"),
        new("pods halt; systemctl restart podsd", WhyNot: "podsd is no service of systemd here; HaltTests runs pods halt, the machine tests both"),
    ];

    [SkippableFact]
    public async Task Every_example_of_the_help_works_as_it_is_printed()
    {
        Requires.Programs("bash", "unshare", "script", "ip");
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync();
        using ScratchDirectory certs = new();
        await ServeImagesAsync(registry, certs);
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new()
        {
            Arguments = ["--certs-dir", certs.Path, "--listen", $"127.0.0.1:{FreePort.Find()}"],
        });
        using ExampleShell shell = new(podsd);
        WriteFiles(shell);

        Assert.Equal((await PrintedAsync(podsd)).Order(), Examples.Select(e => e.Line).Order());

        try
        {
            foreach (Example example in Examples.Where(e => e.WhyNot is null))
                await ExpectAsync(podsd, shell, example);
        }
        finally
        {
            await podsd.PodsAsync("delete", "deploy", "web");
        }
    }

    private static async Task ExpectAsync(PodsDaemon podsd, ExampleShell shell, Example example)
    {
        if (example.IsEndless)
        {
            Assert.Contains(example.Shows, await shell.RunUntilAsync(example.Line, example.Shows));
            return;
        }
        CommandResult result = example.Typed is { } typed ? await shell.TypeAsync(example.Line, typed) : await shell.RunAsync(example.Line);
        Assert.True((example.Codes ?? [0]).Contains(result.ExitCode) && result.Output.Contains(example.Shows),
            $"{example.Line}: exit {result.ExitCode}, expected to show \"{example.Shows}\"\n{result.Output}{result.Error}");
        // What follows looks at what this one began.
        if (example.Line.StartsWith("pods restart", StringComparison.Ordinal))
            await podsd.WaitForAsync("web", p => PodsDaemon.FindContainerStatus(p, "app") is { } app
                && app["ready"]?.GetValue<bool>() == true && app["restartCount"]?.GetValue<int>() >= (example.Line.Contains("-c") ? 2 : 1), "restarted");
    }

    /// <summary>The command lines below "Examples:" of every verb's help.</summary>
    private static async Task<IReadOnlyList<string>> PrintedAsync(PodsDaemon podsd)
    {
        string help = (await podsd.PodsAsync("--help")).Succeeded().Output;
        string[] verbs = [.. VerbLine().Matches(help[help.IndexOf("Commands:", StringComparison.Ordinal)..]).Select(m => m.Groups[1].Value)];
        Assert.True(verbs.Length > 25, help);
        List<string> lines = [];
        foreach (string verb in verbs)
        {
            string text = (await podsd.PodsAsync(verb, "--help")).Succeeded().Output;
            Assert.True(text.Contains("Examples:\n"), $"the help of {verb} has no examples");
            string[] own = [.. text.Split("Examples:\n")[1].Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && !l.StartsWith('#'))];
            Assert.NotEmpty(own);
            lines.AddRange(own);
        }
        return lines;
    }

    private static async Task ServeImagesAsync(PrivateRegistry registry, ScratchDirectory certs)
    {
        foreach (string host in new[] { "docker.io", "registry.example" })
        {
            Directory.CreateDirectory(certs.File(host));
            File.WriteAllText(Path.Combine(certs.File(host), "hosts.toml"), $"server = \"http://{registry.Host}\"\n");
        }
        TestImage nginx = TestImage.Busybox(r =>
        {
            r.Files["/etc/nginx/nginx.conf"] = "events {}\n"u8.ToArray();
            r.Files["/usr/share/nginx/html/index.html"] = "hello\n"u8.ToArray();
            r.Cmd = ["sleep", "1000000"];
        });
        foreach (string tag in new[] { "latest", "1" })
        {
            await registry.PushAsync(nginx, "library/nginx", tag);
            await registry.PushAsync(TestImage.Busybox(), "library/busybox", tag);
        }
        await registry.PushAsync(TestImage.Busybox(), "app", "1");
    }

    private static void WriteFiles(ExampleShell shell)
    {
        shell.Write("pod.yaml", Pod);
        shell.Write("manifests/others.yaml", Others);
        shell.Write("file", "text\n");
        shell.Write("site/index.html", "new\n");
        shell.Write(".docker/config.json", "{\"auths\": {\"registry.example\": {\"auth\": \"dXNlcjpwYXNz\"}}}");
        TestImage.Busybox().WriteDockerArchive(shell.File("image.tar"), "imported.example/app:1");
        shell.WriteProgram("generate", "cat pod.yaml");
        shell.WriteProgram("ssh", "cat image.tar");
    }

    [GeneratedRegex(@"^  ([a-z][a-z-]*)(?:  | <)", RegexOptions.Multiline)]
    private static partial Regex VerbLine();
}
