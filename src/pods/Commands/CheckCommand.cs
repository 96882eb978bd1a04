using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

/// <summary>Needs no podsd: what it says is a matter of the manifest alone.</summary>
internal sealed class CheckCommand : VerbCommand
{
    private readonly Argument<string[]> _files = new("file")
    {
        Description = "manifests, directories of them, or standard input (-)", Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<bool> _json = new("--json") { Description = "for programs" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "only what is different or refused" };

    public CheckCommand(CommandContext context)
        : base(context, "check", "Say of every field of a manifest whether it is enforced, different from a cluster, or refused. Nothing is run.")
    {
        Arguments.Add(_files);
        Options.Add(_json);
        Options.Add(_quiet);
        Examples =
        [
            ("every field", "pods check pod.yaml"),
            ("in a script: exit code 1 when something is refused", "pods check --quiet manifests/"),
        ];
    }

    protected override Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        IReadOnlyList<FieldFinding> findings = ManifestFiles.Check(parsed.GetValue(_files)!);
        int refused = findings.Count(f => f.Verdict == FieldVerdict.Refused), different = findings.Count(f => f.Verdict == FieldVerdict.Different);
        FieldFinding[] shown = [.. findings.Where(f => !parsed.GetValue(_quiet) || f.Verdict != FieldVerdict.Enforced)];
        if (parsed.GetValue(_json))
            Output.WriteLine(JsonSerializer.Serialize(shown, CheckJson.Default.FieldFindingArray));
        else
        {
            foreach (FieldFinding finding in shown)
                Output.WriteLine(finding);
            Output.WriteLine($"{findings.Count - refused - different} enforced, {different} different, {refused} refused");
        }
        return Task.FromResult(refused > 0 ? CliException.Failed : 0);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FieldFinding[]))]
internal sealed partial class CheckJson : JsonSerializerContext;
