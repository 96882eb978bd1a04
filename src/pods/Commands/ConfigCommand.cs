using System.CommandLine;

namespace Pods.Cli.Commands;

/// <summary>The verbs on who may use podsd's TLS port.</summary>
internal sealed class ConfigCommand : Command
{
    public ConfigCommand(CommandContext context) : base("config", "Manage who may use podsd's TLS port.")
    {
        Subcommands.Add(new KubeconfigCommand(context));
        Subcommands.Add(new RotateCommand(context));
    }
}
