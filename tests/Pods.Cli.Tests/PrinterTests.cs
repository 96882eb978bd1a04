using System.Text.Json;
using Pods.Cli.Output;
using Pods.Manifests;
using static Pods.Cli.Tests.SamplePod;

namespace Pods.Cli.Tests;

public sealed class PrinterTests
{
    private static readonly Pod s_pod = Of(Running("app"), Waiting("side", "CrashLoopBackOff")) is var pod
        ? pod with
        {
            Metadata = pod.Metadata! with { Labels = new Dictionary<string, string> { ["tier"] = "front", ["app"] = "web" } },
            Spec = pod.Spec! with { NodeName = "node1" },
            Status = pod.Status! with { PodIP = "10.87.0.5" },
        }
        : throw new InvalidOperationException();

    [Fact]
    public void Table_has_kubectls_columns_without_borders() => Assert.Equal(
        """
        NAME   READY   STATUS             RESTARTS   AGE
        web    1/2     CrashLoopBackOff   0          5m

        """, Print("", headers: true));

    [Fact]
    public void Wide_table_adds_address_and_node() => Assert.Equal(
        """
        NAME   READY   STATUS             RESTARTS   AGE   IP          NODE
        web    1/2     CrashLoopBackOff   0          5m    10.87.0.5   node1

        """, Print("wide", headers: true));

    [Fact]
    public void Table_of_all_namespaces_with_labels_has_columns_for_both()
    {
        StringWriter output = new();
        new PodTable(wide: false, withNamespace: true, withLabels: true, new FrozenTime()).Write([s_pod], output, withHeader: false);

        Assert.Equal("default   web   1/2   CrashLoopBackOff   0   5m   app=web,tier=front\n", output.ToString());
    }

    [Theory]
    [InlineData("name", "pod/web\n")]
    [InlineData("jsonpath={.metadata.labels.app}", "web")]
    [InlineData("jsonpath={.status.podIP}{\"\\n\"}", "10.87.0.5\n")]
    public void Format_that_scripts_read_has_nothing_around_the_value(string format, string expected) =>
        Assert.Equal(expected, Print(format));

    [Fact]
    public void Yaml_of_one_pod_is_the_object_itself_with_sorted_keys()
    {
        string[] lines = Print("yaml").Split('\n');

        Assert.Equal(["apiVersion: v1", "kind: Pod", "metadata:"], lines[..3]);
        Assert.Contains("  creationTimestamp: \"2026-01-02T11:55:00Z\"", lines);
        Assert.Contains("  - name: app", lines);
    }

    [Fact]
    public void Json_of_several_pods_is_a_list()
    {
        using JsonDocument document = JsonDocument.Parse(Print("json", single: false));

        Assert.Equal("List", document.RootElement.GetProperty("kind").GetString());
        Assert.Equal(1, document.RootElement.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public void Format_that_is_unknown_is_a_usage_error()
    {
        CliException e = Assert.Throws<CliException>(() => OutputFormat.Parse("xml"));

        Assert.Equal(CliException.Usage, e.ExitCode);
        Assert.StartsWith("error: unable to match a printer suitable for the output format \"xml\"", e.Message);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("true", "\"true\"")]
    [InlineData("12", "\"12\"")]
    [InlineData("1e3", "\"1e3\"")]
    [InlineData("0x1F", "\"0x1F\"")]
    [InlineData("", "\"\"")]
    [InlineData("null", "\"null\"")]
    [InlineData("a: b", "'a: b'")]
    [InlineData("one\ntwo\n", "|\n  one\n  two")]
    public void Yaml_text_is_quoted_where_a_reader_would_mistake_it(string text, string expected)
    {
        StringWriter output = new();
        YamlOutput.Write(JsonDocument.Parse($$"""{"key":{{JsonSerializer.Serialize(text)}}}""").RootElement, output);

        Assert.Equal($"key: {expected}", output.ToString().TrimEnd());
    }

    [Fact]
    public void Inspection_is_one_page_that_shows_who_shares_what()
    {
        PodInspection inspection = new()
        {
            Name = "web",
            Namespace = "default",
            Uid = "u1",
            SandboxId = "s1",
            Processes =
            [
                new() { Pid = 10, ParentPid = 1, Depth = 0, Owner = "shim", Command = "containerd-shim-pods-v1" },
                new() { Pid = 11, ParentPid = 10, Depth = 1, Owner = "pause", Command = "/pause" },
                new() { Pid = 12, ParentPid = 10, Depth = 1, Owner = "app", Command = "httpd -f" },
            ],
            Namespaces =
            [
                new() { Type = "net", Id = 4026532001, ProcessCount = 2, SharedBy = ["pause", "app"] },
                new() { Type = "user", Id = 4026531837, ProcessCount = 2, SharedBy = ["pause", "app"], IsHost = true },
            ],
            Cgroups = [new() { Owner = "app", Path = "/kubepods/podu1/c1", MemoryLimit = 64 << 20, MemoryUsage = 1536, CpuLimit = 500, CpuShares = 512 }],
            Network = new() { Name = "pods", Interface = "eth0", Ips = ["10.87.0.5"], NetworkNamespace = "/run/netns/pods-s1", Ports = ["8080 -> 80/tcp"] },
            Volumes = [new() { Name = "shared", Type = "emptyDir", Source = "/v", Mounts = [new() { Container = "app", Path = "/data", ReadOnly = true }] }],
        };
        StringWriter output = new();

        InspectionPage.Write(inspection, output);

        Assert.Equal(
            """
            pod default/web   uid u1   sandbox s1

            Processes
            PID   PPID   OWNER   COMMAND
            10    1      shim    containerd-shim-pods-v1
            11    10     pause   └ /pause
            12    10     app     └ httpd -f

            Namespaces
            TYPE   ID           NPROCS   SHARED BY
            net    4026532001   2        pause, app
            user   4026531837   2        pause, app (the host's)

            Cgroups
            OWNER   MEMORY    LIMIT    CPU LIMIT   SHARES   PIDS   PATH
            app     1.5 KiB   64 MiB   500m        512      -      /kubepods/podu1/c1

            Network
            network pods   interface eth0   IP 10.87.0.5
            netns /run/netns/pods-s1
            ports 8080 -> 80/tcp

            Volumes
            NAME     TYPE       MOUNTED BY       SOURCE
            shared   emptyDir   app:/data (ro)   /v

            """, output.ToString());
    }

    private static string Print(string format, bool headers = false, bool single = true)
    {
        StringWriter output = new();
        OutputFormat parsed = OutputFormat.Parse(format);
        new PodPrinter(output, parsed, new PodTable(parsed.IsWide, false, false, new FrozenTime()), single, headers).Print([s_pod]);
        return output.ToString();
    }

    private sealed class FrozenTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
