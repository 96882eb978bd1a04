using Pods.TestKit;

namespace Pods.Manifests.Tests;

/// <summary>What is said of every field before anything is run, and the page that says it of all of them.</summary>
public sealed class ManifestCheckTests
{
    [Fact]
    public void Every_field_is_enforced_different_or_refused_with_its_line()
    {
        IReadOnlyList<FieldFinding> findings = ManifestCheck.Check("""
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec:
              tolerations: [{operator: Exists}]
              hostUserz: false
              containers:
              - name: app
                image: nginx
                imagePullPolicy: Sometimes
                volumeDevices: []
            ---
            kind: Gadget
            apiVersion: v1
            """u8.ToArray(), "pod.yaml");

        Assert.Equal(
            [
                "pod.yaml:1:1: enforced: apiVersion",
                "pod.yaml:2:1: enforced: kind",
                "pod.yaml:3:1: enforced: metadata",
                "pod.yaml:3:12: enforced: metadata.name",
                "pod.yaml:4:1: enforced: spec",
                "pod.yaml:5:3: different: spec.tolerations: there is one node, and every pod is on it",
                "pod.yaml:6:3: refused: strict decoding error: unknown field \"spec.hostUserz\", did you mean \"hostUsers\"?",
                "pod.yaml:7:3: enforced: spec.containers",
                "pod.yaml:8:5: enforced: spec.containers[0].name",
                "pod.yaml:9:5: enforced: spec.containers[0].image",
                "pod.yaml:10:5: refused: spec.containers[0].imagePullPolicy: Unsupported value: \"Sometimes\": "
                    + "supported values: \"Always\", \"IfNotPresent\", \"Never\"",
                "pod.yaml:11:5: refused: spec.containers[0].volumeDevices: is not supported: a claim is a directory here, and never a device",
            ], findings.Take(12).Select(f => f.ToString()));
        FieldFinding gadget = Assert.Single(findings.Skip(12));
        Assert.Equal((13, "kind", FieldVerdict.Refused), (gadget.Line, gadget.Path, gadget.Verdict));
        Assert.StartsWith("Gadget is not supported", gadget.Note);
    }

    [Fact]
    public void Broken_YAML_is_one_refusal_with_its_line()
    {
        FieldFinding finding = Assert.Single(ManifestCheck.Check("a: b\nc: [d"u8.ToArray(), "pod.yaml"));

        Assert.Equal((3, FieldVerdict.Refused), (finding.Line, finding.Verdict));
    }

    /// <summary>PODS_WRITE_GOLDEN=1 writes it instead.</summary>
    [Fact]
    public void Page_of_fields_in_the_documentation_is_current()
    {
        string file = Path.Combine(Repository.Root, "docs", "fields.md");
        if (Environment.GetEnvironmentVariable("PODS_WRITE_GOLDEN") == "1")
            File.WriteAllText(file, SupportTable.Markdown());

        Assert.Equal(SupportTable.Markdown(), File.ReadAllText(file));
    }
}
