using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Pods.TestKit;
using Xunit.Abstractions;

namespace Pods.Manifests.Tests;

public sealed class ManifestReaderTests(ITestOutputHelper output)
{
    private const string Minimal = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec: {containers: [{name: app, image: nginx}]}
        """;

    [Fact]
    public void Yaml_and_json_of_one_pod_are_the_same_pod()
    {
        string yaml = """
            # a comment
            apiVersion: v1
            kind: Pod
            metadata:
              name: web
              labels: {app: "web", build: '7'}
              annotations:
                note: |
                  two
                  lines
                folded: >-
                  one
                  line
            spec:
              hostNetwork: true
              terminationGracePeriodSeconds: 0x10
              containers:
              - name: app
                image: "nginx:1.27"
                command: ["sh", "-c", "echo \u00e9 \U0001F600"]
                ports: [{containerPort: 8080}]
                resources: {limits: {cpu: 2, memory: 64Mi}}
                stdin: yes
                tty: ~
            """;
        string json = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","labels":{"app":"web","build":"7"},
            	"annotations":{"note":"two\nlines\n","folded":"one line"}},
            	"spec":{"hostNetwork":true,"terminationGracePeriodSeconds":16,"containers":[{"name":"app","image":"nginx:1.27",
            	"command":["sh","-c","echo \u00e9 \ud83d\ude00"],"ports":[{"containerPort":8080}],
            	"resources":{"limits":{"cpu":"2","memory":"64Mi"}},"stdin":true,"tty":null}]},"status":{"phase":"Running"}}
            """;

        Assert.Equal(Written(Read(json)[0]), Written(Read(yaml)[0]));
    }

    [Fact]
    public void Documents_and_lists_are_read_in_the_order_of_the_file()
    {
        string list = """
            apiVersion: v1
            kind: List
            items:
            - {apiVersion: v1, kind: Pod, metadata: {name: b}, spec: {containers: [{name: app, image: nginx}]}}
            - {apiVersion: v1, kind: Pod, metadata: {name: c}, spec: {containers: [{name: app, image: nginx}]}}
            """;

        IReadOnlyList<Pod> pods = Read($"---\n{Minimal.Replace("web", "a")}\n---\n# nothing\n---\n{list}\n...\n---\n{Minimal.Replace("web", "d")}\n---\n");

        Assert.Equal(["a", "b", "c", "d"], pods.Select(pod => pod.Metadata!.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n---\n")]
    [InlineData("null")]
    public void File_without_a_document_has_no_pods(string text) => Assert.Empty(Read(text));

    [Fact]
    public void Merged_map_gives_what_the_map_itself_does_not_say()
    {
        Pod pod = Read("""
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec:
              containers:
              - &base {name: one, image: nginx, workingDir: /srv}
              - <<: *base
                name: two
              - name: three
                <<: [{image: busybox}, *base]
            """)[0];

        Assert.Equal(["one nginx /srv", "two nginx /srv", "three busybox /srv"],
            pod.Spec!.Containers!.Select(c => $"{c.Name} {c.Image} {c.WorkingDir}"));
    }

    [Fact]
    public void Decoding_alone_checks_fields_and_leaves_rules_to_the_caller()
    {
        Assert.Equal("Bad Name", ManifestReader.Decode(Encoding.UTF8.GetBytes(Minimal.Replace("web", "Bad Name")), "body")[0].Metadata!.Name);
        Assert.Throws<ManifestException>(() => ManifestReader.Decode(Encoding.UTF8.GetBytes(Minimal.Replace("image:", "imagee:")), "body"));
    }

    [Fact]
    public void Examples_of_the_project_are_without_mistakes()
    {
        string[] files = Directory.GetFiles(Path.Combine(Repository.Root, "examples"), "*.yaml");

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.NotEmpty(ManifestReader.Read(File.ReadAllBytes(file), file)));
    }

    [Fact]
    public void Content_beyond_the_limit_is_refused_unread()
    {
        ManifestException refusal = Assert.Throws<ManifestException>(() => ManifestReader.Read(new byte[(3 << 20) + 1], "big.yaml"));

        Assert.Equal("big.yaml:1:1: 3145729 bytes, allowed: 3145728", refusal.Message);
    }

    [Fact]
    public void Thousand_documents_are_read_and_validated_in_about_a_second()
    {
        byte[] manifest = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(i => Minimal.Replace("web", $"web-{i}") + "\n---\n")));
        ManifestReader.Read(manifest, "warm-up");
        Stopwatch watch = Stopwatch.StartNew();

        int pods = ManifestReader.Read(manifest, "many.yaml").Count;

        output.WriteLine($"{pods} documents, {manifest.Length} bytes: {watch.ElapsedMilliseconds} ms");
        Assert.Equal(1000, pods);
        // The promise is one second; the margin is for a machine that is busy with other tests.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.ElapsedMilliseconds} ms");
    }

    private static IReadOnlyList<Pod> Read(string text) => ManifestReader.Read(Encoding.UTF8.GetBytes(text), "test");

    private static string Written(Pod pod) => JsonSerializer.Serialize(pod, KubernetesJson.Default.Pod);
}
