using System.Text;

namespace Pods.Manifests.Tests;

/// <summary>The files of the volumes that podsd writes.</summary>
public sealed class VolumeContentTests
{
    private static readonly NodeFacts s_node = new() { MemoryBytes = 8L << 30, Cpus = 4 };

    [Fact]
    public void ConfigMap_gives_a_file_per_key_with_the_default_mode()
    {
        Assert.Equal(["colour=blue 420", "logo=PNG 420"], Files("configMap: {name: settings}"));
    }

    [Fact]
    public void Items_choose_keys_names_and_modes()
    {
        Assert.Equal(["deep/er/c=blue 256"], Files("configMap: {name: settings, items: [{key: colour, path: deep//er/c, mode: 0400}]}"));
        Assert.Equal(["p=hunter2 288"], Files("secret: {secretName: login, defaultMode: 0440, items: [{key: password, path: p}]}"));
    }

    [Theory]
    [InlineData("configMap: {name: absent}", "configmap \"absent\" not found")]
    [InlineData("secret: {secretName: absent}", "secret \"absent\" not found")]
    [InlineData("configMap: {name: settings, items: [{key: none, path: p}]}", "configmap \"settings\" references non-existent config key: none")]
    [InlineData("secret: {secretName: login, items: [{key: none, path: p}]}", "secret \"login\" references non-existent secret key: none")]
    [InlineData("projected: {sources: [{secret: {name: absent}}]}", "secret \"absent\" not found")]
    public void Missing_source_is_told_as_the_kubelet_tells_it(string source, string message)
    {
        Assert.Equal(message, Assert.Throws<SpecException>(() => Files(source)).Message);
        Assert.Empty(Files(source.Replace("absent", "absent, optional: true").Replace("name: settings", "name: settings, optional: true")
            .Replace("secretName: login", "secretName: login, optional: true")));
    }

    [Fact]
    public void DownwardAPI_shows_fields_labels_and_resources()
    {
        Assert.Equal(["name=web 420", "app=shop 420", "labels=app=\"shop\"\ntier=\"a \\\"b\\\"\" 420", "mem=64 420", "cpu=4 256"], Files("""
            downwardAPI:
              items:
              - {path: name, fieldRef: {fieldPath: metadata.name}}
              - {path: app, fieldRef: {fieldPath: "metadata.labels['app']"}}
              - {path: labels, fieldRef: {fieldPath: metadata.labels}}
              - {path: mem, resourceFieldRef: {containerName: app, resource: limits.memory, divisor: 1Mi}}
              - {path: cpu, mode: 0400, resourceFieldRef: {containerName: app, resource: limits.cpu}}
            """));
    }

    [Fact]
    public void Of_two_projected_sources_with_one_file_the_later_wins()
    {
        Assert.Equal(["colour=blue 292", "logo=PNG 292", "password=hunter2 292", "x=web 292"], Files("""
            projected:
              defaultMode: 0444
              sources:
              - configMap: {name: settings}
              - secret: {name: login, items: [{key: password, path: password}]}
              - downwardAPI: {items: [{path: x, fieldRef: {fieldPath: metadata.name}}]}
              - configMap: {name: settings}
            """));
    }

    [Theory]
    [InlineData("$(POD)/$(APP)", "web/a")]
    [InlineData("plain", "plain")]
    [InlineData("$$(POD)", "$(POD)")]
    public void SubPathExpr_is_filled_in_with_the_containers_variables(string expression, string expected)
    {
        Assert.Equal(expected, SubPath(expression));
    }

    [Theory]
    [InlineData("$(NONE)", "missing value for \"NONE\"")]
    [InlineData("$(UP)", "must not contain '..'")]
    [InlineData("$(ROOT)", "must be a relative path")]
    public void SubPathExpr_that_cannot_be_filled_in_or_leaves_the_volume_stops_the_container(string expression, string message)
    {
        Assert.Contains(message, Assert.Throws<SpecException>(() => SubPath(expression)).Message);
    }

    private static string? SubPath(string expression)
    {
        Pod pod = Read("emptyDir: {}", $$$"""
            volumeMounts: [{name: v, mountPath: /v, subPathExpr: {{{expression}}} }]
            env:
            - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name} } }
            - {name: APP, value: a}
            - {name: UP, value: ../etc}
            - {name: ROOT, value: /etc}
            """);
        Container container = pod.Spec!.Containers![0];
        return SubPathExpression.Of(pod, container, container.VolumeMounts![0], GoldenFacts.Sandbox(""), s_node, (_, _) => null, (_, _) => null);
    }

    private static IEnumerable<string> Files(string source)
    {
        Pod pod = Read(source, "");
        return VolumeContent.Of(pod, pod.Spec!.Volumes![0], s_node, Find)
            .Select(file => $"{file.Path}={Encoding.UTF8.GetString(file.Content)} {file.Mode}").ToArray();
    }

    private static SupportingObject? Find(SupportingKind kind, string name) => (kind.Kind, name) switch
    {
        ("ConfigMap", "settings") => new()
        {
            Kind = "ConfigMap",
            Data = new Dictionary<string, string> { ["colour"] = "blue" },
            BinaryData = new Dictionary<string, string> { ["logo"] = "UE5H" },
        },
        ("Secret", "login") => new() { Kind = "Secret", Data = new Dictionary<string, string> { ["password"] = "aHVudGVyMg==" } },
        _ => null,
    };

    private static Pod Read(string source, string containerLines)
    {
        string manifest = $"""
            apiVersion: v1
            kind: Pod
            metadata:
              name: web
              labels:
                tier: a
            spec:
              volumes:
              - name: v
            {Indent(source, 4)}
              containers:
              - name: app
                image: nginx
                resources:
                  limits:
                    memory: 64Mi
            {Indent(containerLines, 4)}
            """;
        Pod pod = PodDefaults.Apply(ManifestReader.Read(Encoding.UTF8.GetBytes(manifest), "test")[0]);
        // No valid label has such a value, but an annotation may: one way of writing serves both.
        return pod with { Metadata = pod.Metadata! with { Labels = new Dictionary<string, string> { ["tier"] = "a \"b\"", ["app"] = "shop" } } };
    }

    private static string Indent(string text, int by) =>
        string.Join('\n', text.Split('\n').Select(line => line.Length == 0 ? line : new string(' ', by) + line));
}
