using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>The verbs of every day, as a user types them.</summary>
public sealed class VerbTests
{
    private const string Interactive = "stdin: true\ntty: true";

    [SkippableFact]
    public async Task Attach_shows_a_terminal_and_types_into_it()
    {
        Requires.Programs("script");
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("shell", "stty -echo; printf 'prompt> '; read x; echo got $x; stty size; exit 5", "restartPolicy: Never", Interactive)
            .Replace("args:", "args:\n      # a terminal"), "shell");

        CommandResult typed = await OnTerminalAsync(podsd, "attach -it shell", "word\n", columns: 97);

        Assert.Contains("got word", typed.Output);
        Assert.Contains(" 97", typed.Output);
        Assert.Contains("command terminated with exit code 5", typed.Output);
    }

    [SkippableFact]
    public async Task Exec_with_a_terminal_has_its_size_and_sends_keys_and_not_signals()
    {
        Requires.Programs("script");
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("box", Manifest.Forever), "box");

        // ^C reaches the program in the container: here it ends cat, and not pods.
        CommandResult typed = await OnTerminalAsync(podsd, "exec -it box -- sh -c 'stty size; trap : INT; cat; echo after $?'", "line\n\u0003", columns: 91);

        Assert.True(typed.Output.Contains(" 91") && typed.Output.Contains("line") && typed.Output.Contains("after 130"), typed.Output);
    }

    [SkippableFact]
    public async Task Attach_to_a_container_without_input_shows_its_new_lines()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("loud", "while [ ! -e /go ]; do echo tick; usleep 50000; done; echo seen; exit 3", "restartPolicy: Never"), "loud");
        DaemonProcess attached = DaemonProcess.Start(Repository.Binary("pods"), ["attach", "loud"], podsd.File("attached"),
            new Dictionary<string, string> { ["PODS_SOCKET"] = podsd.File("podsd.sock") });
        await Eventually.True(() => attached.Log.StartsWith("tick\n"), "attached");

        // Its exit code may be that of a container which ends before it does.
        await podsd.PodsAsync("exec", "loud", "--", "busybox", "touch", "/go");

        await Eventually.True(() => attached.HasExited, "attach ends with the container", TimeSpan.FromSeconds(30));
        Assert.EndsWith("tick\nseen\ncommand terminated with exit code 3\n", attached.Log);
        Assert.Equal(3, attached.ExitCode);
    }

    [SkippableFact]
    public async Task Input_of_a_container_with_stdinOnce_ends_with_its_first_client()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("once", "cat > /got; echo ended; exec sleep 1000000", "", "stdin: true\nstdinOnce: true"), "once");

        // It goes on when its input has ended: the client is not interested in that.
        DaemonProcess first = DaemonProcess.Start("/bin/sh", ["-c", $"printf 'typed\\n' | {Repository.Binary("pods")} attach -i once"],
            podsd.File("first"), new Dictionary<string, string> { ["PODS_SOCKET"] = podsd.File("podsd.sock") });
        await Eventually.True(async () => (await podsd.PodsAsync("logs", "once")).Output == "ended\n", "cat has seen the end", TimeSpan.FromSeconds(30));
        CommandResult second = await podsd.PodsAsync(["attach", "-i", "once"], "more\n");
        await first.StopAsync();

        Assert.Equal("typed\n", await podsd.ExecAsync("once", "main", "busybox", "cat", "/got"));
        Assert.Contains("container \"main\" takes no more input: it has stdinOnce, and its first client has gone", second.Error);
    }

    [SkippableFact]
    public async Task Cp_brings_files_and_directories_in_and_out()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("box", Manifest.Forever, "volumes: [{name: v, emptyDir: {}}]", "volumeMounts: [{name: v, mountPath: /v}]"), "box");
        Directory.CreateDirectory(podsd.File("site/sub"));
        File.WriteAllText(podsd.File("site/index.html"), "<h1>");
        File.WriteAllText(podsd.File("site/sub/run.sh"), "#!/bin/sh\n");
        File.SetUnixFileMode(podsd.File("site/sub/run.sh"), (UnixFileMode)0b111_101_101);
        byte[] large = new byte[3 << 20];
        Random.Shared.NextBytes(large);
        File.WriteAllBytes(podsd.File("site/large"), large);

        (await podsd.PodsAsync("cp", podsd.File("site"), "box:/v")).Succeeded();
        (await podsd.PodsAsync("cp", podsd.File("site/index.html"), "box:/made/here/page")).Succeeded();
        (await podsd.PodsAsync("cp", "box:/v/site", podsd.File("back"))).Succeeded();

        Assert.Equal("<h1>", await podsd.ExecAsync("box", "main", "busybox", "cat", "/made/here/page"));
        Assert.Equal("755\n", await podsd.ExecAsync("box", "main", "busybox", "stat", "-c", "%a", "/v/site/sub/run.sh"));
        Assert.Equal(large, File.ReadAllBytes(podsd.File("back/large")));
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(podsd.File("back/sub/run.sh")));
        CommandResult absent = await podsd.PodsAsync("cp", "box:/absent", podsd.File("x"));
        Assert.Equal(1, absent.ExitCode);
        Assert.Contains("/absent: no such file or directory in the container", absent.Error);
    }

    [SkippableFact]
    public async Task Cp_does_not_leave_the_container_by_its_links()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("trap", Manifest.Forever), "trap");
        File.WriteAllText(podsd.File("secret"), "of the host");
        File.WriteAllText(podsd.File("in"), "from the host");
        await podsd.ExecAsync("trap", "main", "sh", "-c",
            $"busybox mkdir -p /d /proc-link; busybox ln -s {podsd.File("secret")} /d/leak; busybox ln -s {podsd.Directory} /d/out; busybox mkfifo /d/fifo");

        CommandResult read = await podsd.PodsAsync("cp", "trap:/d/leak", podsd.File("got"));
        CommandResult written = await podsd.PodsAsync("cp", podsd.File("in"), "trap:/d/out/planted");
        CommandResult fifo = await podsd.PodsAsync("cp", podsd.File("in"), "trap:/d/fifo");
        (await podsd.PodsAsync("cp", "trap:/d", podsd.File("tree"))).Succeeded();

        Assert.NotEqual(0, read.ExitCode);
        Assert.False(File.Exists(podsd.File("got")));
        Assert.False(File.Exists(podsd.File("planted")));
        Assert.NotEqual(0, written.ExitCode);
        Assert.Equal(1, fifo.ExitCode);
        Assert.Equal(podsd.File("secret"), new FileInfo(podsd.File("tree/leak")).LinkTarget);
    }

    [SkippableFact]
    public async Task Port_forward_carries_connections_to_localhost_of_the_pod()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("server", "echo served > /tmp/index.html; exec httpd -f -p 127.0.0.1:7000 -h /tmp"), "server");
        DaemonProcess forward = DaemonProcess.Start(Repository.Binary("pods"), ["port-forward", "server", ":7000", ":7999"], podsd.File("forward.log"),
            new Dictionary<string, string> { ["PODS_SOCKET"] = podsd.File("podsd.sock") });
        try
        {
            await Eventually.True(() => forward.Log.Split("Forwarding from").Length == 3, "both ports are listened on");
            int[] ports = [.. forward.Log.Split('\n').Where(l => l.StartsWith("Forwarding")).Select(l => int.Parse(l.Split(':')[1].Split(' ')[0]))];

            await Eventually.True(async () => (await AskAsync(ports[0])).EndsWith("served\n"), "the server listens and answers");
            Assert.EndsWith("served\n", await AskAsync(ports[0]));
            Assert.Equal("", await AskAsync(ports[1]));
            await Eventually.True(() => forward.Log.Contains("connection refused"), "a refused connection is told");
        }
        finally
        {
            await forward.StopAsync();
        }
    }

    [SkippableFact]
    public async Task Restart_keeps_the_pod_and_waits_for_no_back_off()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        JsonNode before = await podsd.RunPodAsync(Manifest.Two("app", Manifest.Forever, Manifest.Forever), "app");

        for (int round = 1; round <= 3; round++)
        {
            (await podsd.PodsAsync("restart", "app", "-c", "first")).Succeeded();
            // It has been when the command says so.
            JsonNode again = PodsDaemon.ContainerStatus((await podsd.GetAsync("app"))!, "first");
            Assert.Equal(round, again["restartCount"]!.GetValue<int>());
            await podsd.WaitForAsync("app", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready again");
        }

        JsonNode after = (await podsd.GetAsync("app"))!;
        Assert.Equal(PodsDaemon.PodIp(before), PodsDaemon.PodIp(after));
        Assert.Equal(0, PodsDaemon.ContainerStatus(after, "second")["restartCount"]!.GetValue<int>());
    }

    [SkippableFact]
    public async Task Top_shows_what_containers_use_and_so_does_kubectl()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);
        await podsd.RunPodAsync(Manifest.Two("busy", "while true; do :; done", Manifest.Forever), "busy");

        string[] rows = (await podsd.PodsAsync("top", "--containers", "--sort-by=cpu")).Succeeded().Output.Split('\n');

        Assert.Matches(@"^busy +first +\d{2,}m +\d+Mi$", rows[1]);
        Assert.Matches(@"(?m)^busy +\d+m +\d+Mi", (await kubectl.RunAsync("top", "pod")).Succeeded().Output);
    }

    [SkippableFact]
    public async Task Run_makes_a_pod_and_prune_takes_what_is_over()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();

        CommandResult once = await podsd.PodsAsync("run", "--rm", "-e", "WHO=you", PodsDaemon.Image, "--command", "--", "sh", "-c", "echo hello $WHO; exit 4");
        CommandResult stays = await podsd.PodsAsync("run", PodsDaemon.Image, "--name", "over", "--restart", "Never", "--command", "--", "true");
        await podsd.WaitForAsync("over", p => p["status"]!["phase"]!.GetValue<string>() == "Succeeded", "over");
        CommandResult pruned = await podsd.PodsAsync("prune", "--images");

        Assert.Equal("hello you\n", once.Output);
        Assert.Equal(4, once.ExitCode);
        Assert.Equal("pod/over created\n", stays.Succeeded().Output);
        Assert.StartsWith("pod \"over\" deleted\n", pruned.Succeeded().Output);
        Assert.Contains($"image \"{PodsDaemon.Image}\" deleted", pruned.Output);
        string left = (await podsd.PodsAsync("images")).Succeeded().Output;
        Assert.DoesNotContain("busybox", left);
        Assert.Contains("pause", left);
    }

    [SkippableFact]
    public async Task Pull_takes_credentials_for_itself_alone()
    {
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync("alice", "secret");
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await registry.PushAsync(TestImage.Busybox(), "app", "1");
        string auth = Convert.ToBase64String(Encoding.UTF8.GetBytes("alice:secret"));
        File.WriteAllText(podsd.File("auth.json"), $$"""{"auths": {"{{registry.Host}}": {"auth": "{{auth}}"} } }""");

        CommandResult refused = await podsd.PodsAsync("pull", $"{registry.Host}/app:1");
        CommandResult pulled = await podsd.PodsAsync("pull", $"{registry.Host}/app:1", "--creds-file", podsd.File("auth.json"));

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"pulled {registry.Host}/app:1: ", pulled.Succeeded().Output);
        Assert.DoesNotContain("secret", podsd.Log);
        Assert.DoesNotContain(auth, podsd.Log);
    }

    [SkippableFact]
    public async Task Apply_waits_until_all_serves_and_otherwise_says_what_it_waited_for()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string probe = "readinessProbe: {exec: {command: [test, -e, /tmp/ready]}, periodSeconds: 1}";

        (await podsd.PodsAsync(["apply", "-f", "-", "--wait"], Manifest.Of("good", "touch /tmp/ready; " + Manifest.Forever, containerLines: probe))).Succeeded();
        Assert.Equal("True", PodsDaemon.Condition((await podsd.GetAsync("good"))!, "Ready"));
        (await podsd.PodsAsync(["apply", "-f", "-", "--wait"], Manifest.Of("done", "exit 0", "restartPolicy: Never"))).Succeeded();

        string absent = Manifest.Of("none", "true").Replace("IfNotPresent", "Never").Replace(PodsDaemon.Image, "none.example/none:1");
        await podsd.ApplyAsync(absent);
        await podsd.WaitForAsync("none", p => PodsDaemon.FindContainerStatus(p, "main")?["state"]?["waiting"]?["reason"]?.GetValue<string>()
            == "ErrImageNeverPull", "without its image");
        // Long enough for one look on a busy machine.
        CommandResult late = await podsd.PodsAsync(["apply", "-f", "-", "--wait", "--timeout=10s"], absent);
        Assert.Equal(1, late.ExitCode);
        Assert.StartsWith("error: timed out after 10s waiting for pod/none to be ready: container \"main\": ErrImageNeverPull: ", late.Error);
        CommandResult failed = await podsd.PodsAsync(["apply", "-f", "-", "--wait"], Manifest.Of("bad", "exit 3", "restartPolicy: Never", probe));
        Assert.Equal(1, failed.ExitCode);
        Assert.StartsWith("error: pod \"bad\" has failed", failed.Error);
    }

    /// <summary>pods on a terminal of its own, as script(1) makes one; what is typed comes when the program has begun to write.</summary>
    private static async Task<CommandResult> OnTerminalAsync(PodsDaemon podsd, string line, string typed, int columns)
    {
        string program = $"stty cols {columns} rows 31; {Repository.Binary("pods")} {line}";
        string keys = podsd.File("keys");
        File.WriteAllText(keys, typed);
        // Typed after the first output: what comes before the terminal is raw would be the local one's business.
        string feed = $"n=0; while [ ! -s {podsd.File("screen")} ] && [ $n -lt 300 ]; do sleep 0.1; n=$((n+1)); done; sleep 1; cat {keys}; sleep 4";
        return await Command.RunAsync("sh", ["-c", $"({feed}) | script -qefc \"{program.Replace("\"", "\\\"").Replace("$", "\\$")}\" {podsd.File("screen")}"],
            environment: new Dictionary<string, string> { ["PODS_SOCKET"] = podsd.File("podsd.sock"), ["TERM"] = "xterm" });
    }

    private static async Task<string> AskAsync(int port)
    {
        using TcpClient client = new("127.0.0.1", port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("GET /index.html HTTP/1.0\r\n\r\n"));
        using StreamReader answer = new(stream);
        return await answer.ReadToEndAsync();
    }
}
