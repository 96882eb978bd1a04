using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>kubectl's verbs that keep a connection open: port-forward, attach, logs -f, exec, cp.</summary>
public sealed partial class KubectlStreamTests
{
    private const string Server = "mkdir -p /www; echo answer > /www/index.html; httpd -p 8080 -h /www; trap 'exit 0' TERM; sleep 1000000 & wait";

    /// <param name="webSockets">Inside a WebSocket, as kubectl does since 1.31, or SPDY alone, as all before.</param>
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Port_forward_carries_many_connections_and_tells_of_a_port_that_nobody_listens_on(bool webSockets)
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);
        await podsd.RunPodAsync(Manifest.Of("web", Server), "web");
        await Eventually.True(async () =>
            (await podsd.PodsAsync("exec", "web", "--", "wget", "-qO-", "http://127.0.0.1:8080/")).ExitCode == 0, "httpd answers");
        DaemonProcess forward = kubectl.Start(podsd.File("forward"),
            new Dictionary<string, string> { ["KUBECTL_PORT_FORWARD_WEBSOCKETS"] = webSockets ? "true" : "false" },
            "port-forward", "--address=127.0.0.1", "pod/web", ":8080", ":9");
        try
        {
            Match ports = await Eventually.Get(() => Forwarding().Match(forward.Log) is { Success: true } found ? found : null,
                $"kubectl forwards: {forward.Log}");
            int port = int.Parse(ports.Groups[1].Value), silent = int.Parse(ports.Groups[2].Value);

            string[] answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => AskAsync(port)));
            Assert.All(answers, a => Assert.EndsWith("answer\n", a));
            await ExpectClosedAsync(silent);
            await Eventually.True(() => forward.Log.Contains("error forwarding port 9 to pod web: "), $"kubectl tells why: {forward.Log}");
        }
        finally
        {
            await forward.StopAsync();
        }
    }

    [SkippableFact]
    public async Task Large_answers_and_requests_go_through_a_forwarded_port_unharmed()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);
        await podsd.RunPodAsync(Manifest.Of("echo", "trap 'exit 0' TERM; nc -ll -p 7000 -e cat & wait"), "echo");
        // kubectl gives up at the first connection that is refused.
        await Eventually.True(async () =>
            (await podsd.ExecAsync("echo", "main", "cat", "/proc/net/tcp", "/proc/net/tcp6")).Contains(":1B58 "), "nc listens");
        DaemonProcess forward = kubectl.Start(
            podsd.File("forward"), new Dictionary<string, string>(), "port-forward", "--address=127.0.0.1", "pod/echo", ":7000");
        try
        {
            Match ports = await Eventually.Get(() => Port().Match(forward.Log) is { Success: true } found ? found : null,
                $"kubectl forwards: {forward.Log}");
            byte[] sent = new byte[8 << 20];
            new Random(7).NextBytes(sent);

            byte[] got = await EchoAsync(int.Parse(ports.Groups[1].Value), sent);

            Assert.True(sent.AsSpan().SequenceEqual(got), $"{got.Length} of {sent.Length} bytes came back");
        }
        finally
        {
            await forward.StopAsync();
        }
    }

    [SkippableFact]
    public async Task Attach_shows_what_is_written_until_the_container_ends()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);
        await podsd.RunPodAsync(Manifest.Of("loud", "while [ ! -e /go ]; do echo waiting; sleep 0.1; done; echo seen", "restartPolicy: Never"),
            "loud");
        DaemonProcess attached = kubectl.Start(podsd.File("attached"), new Dictionary<string, string>(), "attach", "loud");
        await Eventually.True(() => attached.Log.Contains("waiting"), $"kubectl shows what is written: {attached.Log}");

        // Its exit code may be that of a container which ends before it does.
        await podsd.PodsAsync("exec", "loud", "--", "touch", "/go");

        await Eventually.True(() => attached.HasExited, $"kubectl ends with the container: {attached.Log}", TimeSpan.FromSeconds(30));
        Assert.Contains("seen\n", attached.Log);
    }

    private static async Task<string> AskAsync(int port)
    {
        using TcpClient client = new("127.0.0.1", port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("GET /index.html HTTP/1.0\r\n\r\n"));
        using StreamReader answer = new(stream);
        return await answer.ReadToEndAsync();
    }

    private static async Task ExpectClosedAsync(int port)
    {
        using TcpClient client = new("127.0.0.1", port);
        try
        {
            Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1]));
        }
        catch (IOException)
        {
            // Reset, which says the same.
        }
    }

    private static async Task<byte[]> EchoAsync(int port, byte[] sent)
    {
        using TcpClient client = new("127.0.0.1", port);
        NetworkStream stream = client.GetStream();
        Task sending = SendAsync(client, stream, sent);
        using MemoryStream got = new();
        await stream.CopyToAsync(got);
        await sending;
        return got.ToArray();
    }

    private static async Task SendAsync(TcpClient client, NetworkStream stream, byte[] sent)
    {
        await stream.WriteAsync(sent);
        client.Client.Shutdown(SocketShutdown.Send);
    }

    [GeneratedRegex(@"Forwarding from 127\.0\.0\.1:(\d+) -> 8080\nForwarding from 127\.0\.0\.1:(\d+) -> 9\n")]
    private static partial Regex Forwarding();

    [GeneratedRegex(@"Forwarding from 127\.0\.0\.1:(\d+) -> 7000\n")]
    private static partial Regex Port();
}
