using System.Text;

namespace Pods.Manifests.Tests;

/// <summary>Objects in the form that Go's clients send, written here byte by byte.</summary>
public sealed class ProtobufObjectTests
{
    // What kubectl create deployment sends, without the parts that say nothing: its status is empty, and so is the time of creation.
    private static readonly byte[] Deployment = Envelope("apps/v1", "Deployment", [
        .. Field(1, [.. Text(1, "web"), .. Text(3, "default"), .. Field(8, []), .. Field(11, [.. Text(1, "app"), .. Text(2, "web")])]),
        .. Field(2, [
            .. Number(1, 0),   // replicas, which zero says something of
            .. Field(3, [
                .. Field(1, [.. Text(1, ""), .. Field(8, [])]),
                .. Field(2, [
                    .. Field(1, [.. Text(1, "v"), .. Field(2, [.. Field(2, Text(1, ""))])]),
                    .. Field(2, [
                        .. Text(1, "main"), .. Text(2, "busybox"), .. Text(3, "sleep"), .. Text(3, "9"),
                        .. Field(8, Field(1, [.. Text(1, "cpu"), .. Field(2, Text(1, "100m"))])),
                        .. Field(11, [.. Field(1, Field(2, [.. Text(1, "/"), .. Field(2, [.. Number(1, 0), .. Number(2, 80), .. Text(3, "")])])),
                            .. Number(3, 0)]),
                        .. Number(16, 0),
                    ]),
                    .. Number(4, 5),
                ]),
            ]),
            .. Field(4, Text(1, "")), .. Number(5, 0), .. Number(7, 0),
        ]),
        .. Field(3, Number(1, 0)),
    ]);

    [Fact]
    public void Deployment_becomes_the_JSON_that_kubectl_would_have_sent() => Assert.Equal(
        """
        {"metadata":{"name":"web","namespace":"default","labels":{"app":"web"}},"spec":{"replicas":0,"template":{"spec":{"volumes":[{"name":"v",
        "emptyDir":{}}],"containers":[{"name":"main","image":"busybox","command":["sleep","9"],"resources":{"limits":{"cpu":"100m"}},
        "readinessProbe":{"httpGet":{"path":"/","port":80}}}],"terminationGracePeriodSeconds":5}}},"apiVersion":"apps/v1","kind":"Deployment"}
        """.Replace("\n", ""), Encoding.UTF8.GetString(ProtobufObject.ToJson(Deployment)));

    [Fact]
    public void Secret_and_options_keep_their_bytes_and_times()
    {
        Assert.Equal("""{"metadata":{"creationTimestamp":"2001-09-09T01:46:40Z"},"data":{"k":"AP8="},"apiVersion":"v1","kind":"Secret"}""",
            Json("v1", "Secret", [.. Field(1, Field(8, Number(1, 1_000_000_000))), .. Field(2, [.. Text(1, "k"), .. Field(2, [0, 255])])]));
        Assert.Equal("""{"gracePeriodSeconds":0,"propagationPolicy":"Orphan","apiVersion":"v1","kind":"DeleteOptions"}""",
            Json("v1", "DeleteOptions", [.. Number(1, 0), .. Text(4, "Orphan")]));
    }

    [Theory]
    [InlineData("Service", "no such kind: Service")]
    [InlineData("ConfigMap", "ConfigMap: unknown field number 99")]
    public void What_is_not_known_is_refused_by_its_name(string kind, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => ProtobufObject.ToJson(Envelope("v1", kind, Number(99, 1)))).Message);

    [Fact]
    public void Ten_thousand_mutations_are_read_or_refused()
    {
        const int seed = 20261121;
        Random random = new(seed);
        for (int round = 0; round < 10_000; round++)
        {
            byte[] mutated = [.. Deployment];
            for (int i = random.Next(1, 6); i > 0; i--)
                mutated[random.Next(4, mutated.Length)] = (byte)random.Next(256);
            try
            {
                ProtobufObject.ToJson(mutated.AsSpan(0, random.Next(2) == 0 ? mutated.Length : random.Next(mutated.Length)));
            }
            catch (InvalidDataException)
            {
                // Refused.
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}: {e}");
            }
        }
    }

    private static string Json(string apiVersion, string kind, byte[] message) =>
        Encoding.UTF8.GetString(ProtobufObject.ToJson(Envelope(apiVersion, kind, message)));

    private static byte[] Envelope(string apiVersion, string kind, byte[] message) =>
        [.. "k8s\0"u8, .. Field(1, [.. Text(1, apiVersion), .. Text(2, kind)]), .. Field(2, message), .. Text(3, ""), .. Text(4, "")];

    private static byte[] Text(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] content) => [.. Varint((number << 3) | 2), .. Varint(content.Length), .. content];

    private static byte[] Number(int number, int value) => [.. Varint(number << 3), .. Varint(value)];

    private static byte[] Varint(int value) => value < 0x80 ? [(byte)value] : [(byte)(value & 0x7f | 0x80), .. Varint(value >> 7)];
}
