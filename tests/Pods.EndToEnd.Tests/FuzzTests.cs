using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Pods.TestKit;
using Xunit.Abstractions;

namespace Pods.EndToEnd.Tests;

/// <summary>
/// Pods with seeded damage, sent to a podsd that runs them: each is refused as a whole, or becomes a pod that runs, ends or says what
/// it waits for. What reads and validates them has ten thousand cases of its own, see ManifestMutationTests.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Cases = 300;
    private const int AtATime = 4;

    private static readonly string[] s_values =
    [
        "null", "\"\"", "\"x\"", "\"Always\"", "\"Never\"", "\"../../etc\"", "\"/\"", "\"a b\"", "\"$(HOME)\"", "0", "-1", "1", "65536", "2147483648",
        "9223372036854775807", "1.5", "true", "false", "[]", "{}", "[{}]", "[\"x\"]", "{\"x\": \"y\"}", "\"100m\"", "\"1Ei\"", "\"\\u0000\"",
    ];

    [SkippableFact]
    public async Task Damaged_pod_is_refused_or_settles_and_leaves_nothing_either_way()
    {
        // The same every time: what another seed would find is no matter of the change that is under test.
        int seed = Environment.GetEnvironmentVariable("PODS_SEED") is { } given ? int.Parse(given) : 20_261_121;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        string[] damaged = [.. Enumerable.Range(0, Cases).Select(i => Damage(i, random))];
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        using HttpClient http = Connect(podsd.File("podsd.sock"));
        int accepted = 0;

        await Parallel.ForAsync(0, Cases, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (i, _) =>
        {
            if (await TryAsync(http, i, damaged[i]) is { } fault)
                Assert.Fail($"seed {seed}, case {i}: {fault}\n{damaged[i]}\npodsd: {podsd.Log}");
            else if (_accepted.ContainsKey(i))
                Interlocked.Increment(ref accepted);
        });

        output.WriteLine($"{accepted} accepted, {Cases - accepted} refused");
        Assert.InRange(accepted, 1, Cases - 1);
        Assert.False(podsd.HasEnded, podsd.Log);
        Assert.DoesNotContain("its reconciler failed", podsd.Log);
        await podsd.ExpectNothingLeftAsync();
    }

    private readonly System.Collections.Concurrent.ConcurrentDictionary<int, bool> _accepted = new();

    /// <returns>What is wrong with how podsd took it; null when nothing is.</returns>
    private async Task<string?> TryAsync(HttpClient http, int number, string manifest)
    {
        using HttpResponseMessage answer = await http.PostAsync("/api/v1/namespaces/default/pods",
            new StringContent(manifest, Encoding.UTF8, "application/json"));
        string body = await answer.Content.ReadAsStringAsync();
        JsonNode? told = JsonNode.Parse(body);
        if (answer.StatusCode != HttpStatusCode.Created)
            return (int)answer.StatusCode is >= 400 and < 500 && told?["kind"]?.GetValue<string>() == "Status"
                && told["message"]?.GetValue<string>() is { Length: > 0 } ? null : $"answered {answer.StatusCode}: {body}";
        _accepted[number] = true;
        string path = "/api/v1/namespaces/default/pods/" + told!["metadata"]!["name"]!.GetValue<string>();
        try
        {
            JsonNode? pod = null;
            await Eventually.True(async () => IsSettled(pod = JsonNode.Parse(await http.GetStringAsync(path))!), $"settled: {pod?["status"]}",
                TimeSpan.FromMinutes(2));
        }
        catch (TimeoutException e)
        {
            return e.Message;
        }
        using HttpRequestMessage delete = new(HttpMethod.Delete, path + "?gracePeriodSeconds=0");
        using HttpResponseMessage deleted = await http.SendAsync(delete);
        return deleted.IsSuccessStatusCode ? null : $"its deletion was answered with {deleted.StatusCode}";
    }

    /// <summary>It runs, has ended, or says why not.</summary>
    private static bool IsSettled(JsonNode pod) => pod["status"] is { } status
        && (status["phase"]?.GetValue<string>() is "Running" or "Succeeded" or "Failed" || status["reason"] is not null
            || (status["containerStatuses"]?.AsArray() ?? []).Concat(status["initContainerStatuses"]?.AsArray() ?? [])
                .Any(c => c!["state"]?["waiting"]?["message"] is not null || c["state"]?["terminated"] is not null));

    /// <summary>Up to three values of a pod that is in order become others, go, or come twice.</summary>
    private static string Damage(int number, Random random)
    {
        JsonNode pod = JsonNode.Parse(Sound(number))!;
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            JsonNode[] places = [.. Below(pod).Where(n => n.Parent is not null)];
            if (places.Length == 0)
                break;
            JsonNode place = places[random.Next(places.Length)];
            JsonNode? other = random.Next(4) switch
            {
                0 => places[random.Next(places.Length)].DeepClone(),
                _ => JsonNode.Parse(s_values[random.Next(s_values.Length)]),
            };
            if (place.Parent is JsonArray list)
                Change(list, place, other, random);
            else if (random.Next(4) == 0)
                place.Parent!.AsObject().Remove(place.GetPropertyName());
            else
                place.ReplaceWith(other);
        }
        return pod.ToJsonString();
    }

    private static void Change(JsonArray list, JsonNode item, JsonNode? other, Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                list.Remove(item);
                break;
            case 1:
                list.Add(item.DeepClone());
                break;
            default:
                list.Add(other);
                break;
        }
    }

    private static IEnumerable<JsonNode> Below(JsonNode node) => (node switch
    {
        JsonObject map => map.Select(e => e.Value),
        JsonArray list => list,
        _ => Array.Empty<JsonNode?>(),
    }).OfType<JsonNode>().SelectMany(n => Below(n).Prepend(n));

    private static string Sound(int number) => $$"""
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "fuzz-{{number}}", "labels": {"app": "fuzz"}, "annotations": {"note": "x"} },
         "spec": {
          "restartPolicy": "Always", "terminationGracePeriodSeconds": 1, "hostname": "web", "dnsPolicy": "Default", "shareProcessNamespace": false,
          "securityContext": {"runAsUser": 1000, "fsGroup": 2000, "supplementalGroups": [3000], "seccompProfile": {"type": "RuntimeDefault"} },
          "hostAliases": [{"ip": "192.0.2.1", "hostnames": ["db"]}],
          "volumes": [{"name": "d", "emptyDir": {} }, {"name": "m", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"} },
                      {"name": "w", "downwardAPI": {"defaultMode": 420, "items": [{"path": "name", "fieldRef": {"fieldPath": "metadata.name"} }]} }],
          "initContainers": [{"name": "init", "image": "{{PodsDaemon.Image}}", "imagePullPolicy": "Never", "command": ["true"],
                              "volumeMounts": [{"name": "d", "mountPath": "/d"}]}],
          "containers": [
           {"name": "main", "image": "{{PodsDaemon.Image}}", "imagePullPolicy": "Never", "command": ["sleep"], "args": ["1000000"], "workingDir": "/tmp",
            "env": [{"name": "A", "value": "b"}, {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"} } }],
            "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
            "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"cpu": "500m", "memory": "32Mi"} },
            "readinessProbe": {"exec": {"command": ["true"]}, "periodSeconds": 1, "timeoutSeconds": 5, "failureThreshold": 1},
            "lifecycle": {"postStart": {"exec": {"command": ["true"]} }, "preStop": {"sleep": {"seconds": 0} } },
            "securityContext": {"readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]} },
            "volumeMounts": [{"name": "d", "mountPath": "/d", "subPath": "part"}, {"name": "m", "mountPath": "/m", "readOnly": true}, {"name": "w", "mountPath": "/w"}]}]} }
        """;

    private static HttpClient Connect(string socket) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await client.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
            return new NetworkStream(client, ownsSocket: true);
        },
    })
    {
        BaseAddress = new("http://podsd"),
    };
}
