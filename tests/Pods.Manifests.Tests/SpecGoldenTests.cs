using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pods.Oci;
using Pods.TestKit;

namespace Pods.Manifests.Tests;

/// <summary>golden/CASE/pod.yaml becomes golden/CASE/spec-NAME.json; with PODS_WRITE_GOLDEN=1 the files are written instead.</summary>
public sealed partial class SpecGoldenTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "Pods.Manifests.Tests", "golden");

    private static readonly JsonSerializerOptions s_readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Cases => [.. Directory.GetDirectories(s_folder).Select(folder => Path.GetFileName(folder)!).Order()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pod_becomes_the_specs_of_the_folder(string name)
    {
        string folder = Path.Combine(s_folder, name), manifest = Path.Combine(folder, "pod.yaml");
        Pod pod = PodDefaults.Apply(ManifestReader.Read(File.ReadAllBytes(manifest), manifest)[0]);
        SandboxFacts sandbox = GoldenFacts.Sandbox(name);
        NodeFacts node = GoldenFacts.Node(name);

        foreach (Container container in (pod.Spec!.InitContainers ?? []).Concat(pod.Spec.Containers ?? []))
            Expect(folder, container.Name!, ContainerSpec.For(pod, container, sandbox, node, GoldenFacts.Container(pod, container)));
        ImageProcess pause = new() { Entrypoint = ["/pause"], Env = ["PATH=/bin"] };
        Expect(folder, "sandbox", SandboxSpec.For(pod, sandbox, node, pause, new() { Uid = 65535, Gid = 65535 }));
    }

    private static void Expect(string folder, string name, RuntimeSpec spec)
    {
        string file = Path.Combine(folder, $"spec-{name}.json"), actual = Readable(spec);
        if (Environment.GetEnvironmentVariable("PODS_WRITE_GOLDEN") == "1")
            File.WriteAllText(file, actual);
        Assert.Equal(File.ReadAllText(file), actual);
    }

    // The 400 names of the default filter have a test of their own; here stands only which capabilities it is made for.
    private static string Readable(RuntimeSpec spec)
    {
        JsonObject json = JsonSerializer.SerializeToNode(spec, RuntimeJson.Default.RuntimeSpec)!.AsObject();
        if (spec.Linux.Seccomp is { DefaultAction: "SCMP_ACT_ERRNO", Syscalls: { } calls })
            json["linux"]!["seccomp"] = "default, with calls of the capabilities: "
                + string.Join(' ', calls.Skip(7).SelectMany(call => call.Names));
        // Lists of plain values on one line each.
        return PlainList().Replace(json.ToJsonString(s_readable), list => Blanks().Replace(list.Value, " ")) + "\n";
    }

    [GeneratedRegex(@"\[[^\[\]{}]*\]")]
    private static partial Regex PlainList();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
