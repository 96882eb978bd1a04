using System.Text;

namespace Pods.Manifests.Tests;

/// <summary>ConfigMaps, Secrets and claims: read beside pods, and held against the API server's rules.</summary>
public sealed class SupportingObjectTests
{
    [Fact]
    public void Objects_of_every_kind_are_read_from_documents_and_lists_of_one_file()
    {
        ManifestObjects found = ManifestReader.ReadAll("""
            apiVersion: v1
            kind: List
            items:
            - {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {mode: fast}, binaryData: {logo: AAEC}}
            - {apiVersion: v1, kind: Secret, metadata: {name: key}, data: {a: YQ==}, stringData: {b: plain}}
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: disk}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
            """u8.ToArray(), "test");

        Assert.Equal(["ConfigMap", "Secret", "PersistentVolumeClaim"], found.Supporting.Select(o => o.Kind));
        Assert.Equal([0, 1, 2], found.Supporting[0].Content()["logo"]);
        SupportingObject secret = SupportingDefaults.Apply(found.Supporting[1]);
        Assert.Equal(("Opaque", "plain"), (secret.Type, Encoding.UTF8.GetString(secret.Content()["b"])));
        Assert.Null(secret.StringData);
    }

    [Theory]
    [InlineData("kind: ConfigMap\nmetadata: {name: x}\ndata: {\"a b\": c}",
        "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
        + "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')")]
    [InlineData("kind: ConfigMap\nmetadata: {name: x}\ndata: {a: c}\nbinaryData: {a: AAEC}",
        "data[a]: Invalid value: \"a\": duplicate of key present in binaryData")]
    [InlineData("kind: Secret\nmetadata: {name: x}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==}", "data[tls.key]: Required value")]
    [InlineData("kind: PersistentVolumeClaim\nmetadata: {name: x}\nspec: {accessModes: [ReadWriteOnce]}",
        "spec.resources[storage]: Required value")]
    [InlineData("kind: LimitRange\nmetadata: {name: x}\nspec: {limits: [{type: Container, min: {cpu: 2}, max: {cpu: 1}}]}",
        "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1")]
    [InlineData("kind: LimitRange\nmetadata: {name: x}\nspec: {limits: [{type: Pod, default: {cpu: 2}}]}",
        "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'")]
    [InlineData("kind: ResourceQuota\nmetadata: {name: x}\nspec: {hard: {pods: -1}}",
        "spec.hard[pods]: Invalid value: \"-1\": must be greater than or equal to 0")]
    public void Mistake_is_told_in_the_words_of_the_api_server(string document, string sentence)
    {
        ManifestException refused = Refusal(document);

        Assert.Equal(sentence, Assert.Single(refused.Errors).Sentence);
    }

    [Theory]
    [InlineData("data: {password: hunter2-}")]
    [InlineData("data: {password: 20240501}")]
    [InlineData("stringData: {password: 20240501}")]
    [InlineData("type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: hunter2}")]
    public void Refusal_of_a_secret_does_not_show_its_value(string content)
    {
        string message = Refusal("kind: Secret\nmetadata: {name: x}\n" + content).Message;

        Assert.Contains("<secret contents redacted>", message);
        Assert.DoesNotContain("hunter2", message);
        Assert.DoesNotContain("20240501", message);
    }

    [Fact]
    public void Text_of_a_secret_object_is_its_name() =>
        Assert.Equal("Secret a/b", new SupportingObject
        {
            Kind = "Secret", Metadata = new() { Name = "b", Namespace = "a" }, StringData = new Dictionary<string, string> { ["x"] = "hunter2" },
        }.ToString());

    private static ManifestException Refusal(string document) => Assert.Throws<ManifestException>(
        () => ManifestReader.ReadAll(Encoding.UTF8.GetBytes("apiVersion: v1\n" + document), "test"));
}
