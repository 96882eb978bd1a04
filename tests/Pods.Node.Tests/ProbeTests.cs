using System.Net;
using System.Net.Sockets;
using System.Text;
using Pods.Manifests;

namespace Pods.Node.Tests;

/// <summary>Probes against real sockets, and the counting of their answers.</summary>
public sealed class ProbeTests
{
    private readonly CancellationToken _limit = new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    [Fact]
    public void Verdict_needs_so_many_answers_of_a_kind_in_a_row()
    {
        ProbeTally tally = new(failures: 3, successes: 2);

        Assert.Equal([null, true, null, null, false, null, true],
            new[] { true, true, false, false, false, true, true }.Select(tally.Note));
    }

    [Theory]
    [InlineData("200 OK", true, "")]
    [InlineData("399 Odd", true, "")]
    [InlineData("404 Not Found", false, "HTTP probe failed with statuscode: 404")]
    [InlineData("500 Oops", false, "HTTP probe failed with statuscode: 500")]
    public async Task Http_answer_is_judged_by_its_status(string status, bool isGood, string output)
    {
        using TcpListener server = Listen();
        Task<string> request = AnswerAsync(server, $"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        using HttpProbe probe = new();

        ProbeAnswer answer = await probe.AskAsync(Target(), new() { Path = "/healthz?x=1", Port = PortOf(server), HttpHeaders =
            [new() { Name = "Host", Value = "app.example" }, new() { Name = "X-Probe", Value = "yes" }] }, _limit);

        Assert.Equal((isGood, output), (answer.IsGood, answer.Output));
        string asked = await request;
        Assert.StartsWith("GET /healthz?x=1 HTTP/1.1\r\n", asked);
        Assert.Contains("Host: app.example\r\n", asked);
        Assert.Contains("X-Probe: yes\r\n", asked);
        Assert.Contains("User-Agent: kube-probe/", asked);
        Assert.Contains("Connection: close\r\n", asked);
    }

    [Fact]
    public async Task Http_redirect_is_followed_on_the_same_host_only()
    {
        using TcpListener server = Listen();
        using HttpProbe probe = new();
        HttpGetAction action = new() { Path = "/", Port = PortOf(server) };

        Task first = AnswerAsync(server, "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
        Task<ProbeAnswer> followed = probe.AskAsync(Target(), action, _limit);
        await first;
        string second = await AnswerAsync(server, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
        Assert.StartsWith("GET /other ", second);
        Assert.False((await followed).IsGood);

        Task away = AnswerAsync(server, "HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n");
        Assert.True((await probe.AskAsync(Target(), action, _limit)).IsGood);
        await away;
    }

    [Fact]
    public async Task Port_that_nobody_listens_at_is_told_as_refused()
    {
        TcpListener server = Listen();
        PortReference port = PortOf(server);
        server.Dispose();
        using HttpProbe http = new();

        ProbeAnswer byHttp = await http.AskAsync(Target(), new() { Path = "/", Port = port }, _limit);
        ProbeAnswer byTcp = await TcpProbe.AskAsync(Target(), new() { Port = port }, _limit);

        Assert.Equal($"Get \"http://127.0.0.1:{port}/\": connection refused", byHttp.Output);
        Assert.Equal($"dial tcp 127.0.0.1:{port}: connection refused", byTcp.Output);
    }

    [Fact]
    public async Task Port_is_found_by_its_name()
    {
        using TcpListener server = Listen();
        ProbeTarget target = new("127.0.0.1", [new() { Name = "web", Port = PortOf(server).Number }]);

        Assert.True((await TcpProbe.AskAsync(target, new() { Port = new(0, "web") }, _limit)).IsGood);
        Assert.Equal("container has no port named \"metrics\"", (await TcpProbe.AskAsync(target, new() { Port = new(0, "metrics") }, _limit)).Output);
    }

    [Fact]
    public async Task Grpc_server_that_is_gone_is_no_good_answer()
    {
        TcpListener server = Listen();
        int port = PortOf(server).Number;
        server.Dispose();

        ProbeAnswer answer = await GrpcProbe.AskAsync(Target(), new() { Port = port }, _limit);

        Assert.False(answer.IsGood);
        Assert.StartsWith($"health rpc to 127.0.0.1:{port} failed: Unavailable", answer.Output);
    }

    [Fact]
    public void Last_lines_of_a_log_stand_in_for_the_last_words()
    {
        string log = string.Concat(Enumerable.Range(0, 100).Select(i => $"2026-01-01T00:00:00Z stdout F line {i}\n"))
            + "2026-01-01T00:00:00Z stderr P half \n2026-01-01T00:00:00Z stderr F whole\n";

        string tail = TerminationMessages.LogTailOf(log);

        Assert.EndsWith("line 99\nhalf whole\n", tail);
        Assert.Equal(80, tail.Count(c => c == '\n'));
    }

    private static TcpListener Listen()
    {
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static PortReference PortOf(TcpListener server) => new(((IPEndPoint)server.LocalEndpoint).Port, null);

    private static ProbeTarget Target() => new("127.0.0.1", []);

    /// <summary>Takes one connection, answers it, and says what was asked.</summary>
    private async Task<string> AnswerAsync(TcpListener server, string answer)
    {
        using TcpClient client = await server.AcceptTcpClientAsync(_limit);
        NetworkStream stream = client.GetStream();
        StringBuilder asked = new();
        byte[] buffer = new byte[4096];
        while (!asked.ToString().Contains("\r\n\r\n"))
            asked.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, _limit)));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), _limit);
        return asked.ToString();
    }
}
