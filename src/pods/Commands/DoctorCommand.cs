using System.CommandLine;
using System.Text.Json;
using Pods.Cli.Client;
using Pods.Cli.Doctor;
using Pods.Cli.Output;

namespace Pods.Cli.Commands;

internal sealed class DoctorCommand : VerbCommand
{
    private readonly Option<bool> _json = new("--json") { Description = "for programs" };

    public DoctorCommand(CommandContext context)
        : base(context, "doctor", "Look for what keeps pods from running on this machine, and say what mends it.")
    {
        Options.Add(_json);
        Examples =
        [
            ("everything, as root sees it", "pods doctor"),
            ("in a script: exit code 1 when something is broken", "pods doctor --json"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        Machine machine = Machine.Real;
        DaemonSettings settings = await DaemonSettings.ReadAsync(machine, cancel);
        IReadOnlyList<Finding> findings =
        [
            settings.Finding,
            .. await new RuntimeChecks(machine, settings).RunAsync(cancel),
            .. new KernelChecks(machine).Run(),
            .. await new NetworkChecks(machine, settings).RunAsync(cancel),
            .. new StorageChecks(machine, settings, TimeProvider.System).Run(),
            .. await new DaemonChecks(machine, settings, client).RunAsync(cancel),
        ];
        if (parsed.GetValue(_json))
            Output.WriteLine(JsonSerializer.Serialize(findings, FindingJson.Default.IReadOnlyListFinding));
        else
            Print(findings);
        return findings.Any(f => f.Verdict == Verdict.Failure) ? CliException.Failed : 0;
    }

    private void Print(IReadOnlyList<Finding> findings)
    {
        Table table = new("", "", "");
        foreach (Finding finding in findings)
        {
            table.Add(finding.Verdict.ToString().ToLowerInvariant(), finding.Check, finding.Message);
            if (finding.Remedy is { } remedy)
                table.Add("", "", "-> " + remedy);
        }
        table.Write(Output, withHeader: false);
    }
}
