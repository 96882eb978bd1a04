using System.CommandLine;
using System.Text;

namespace Pods.Cli.Output;

/// <summary>pods(1) in roff, from the same commands, options and examples as the help.</summary>
internal static class ManPage
{
    public static string Of(RootCommand root, string version)
    {
        StringBuilder page = new();
        page.Append($"""
            .TH PODS 1 "" "pods {version}" "User Commands"
            .SH NAME
            pods \- {Text(root.Description!.TrimEnd('.'))}
            .SH SYNOPSIS
            .B pods
            .I verb
            [argument ...] [option ...]
            .SH DESCRIPTION
            Runs Kubernetes pods on containerd through
            .BR podsd (8).
            Verbs and options are kubectl's where kubectl has them.

            """);
        page.Append(".SH VERBS\n");
        foreach (Command verb in root.Subcommands.SelectMany(Verbs))
            AppendVerb(page, verb);
        page.Append(".SH GLOBAL OPTIONS\n");
        AppendOptions(page, root.Options.Where(o => !o.Hidden));
        page.Append("""
            .SH EXIT STATUS
            0 done, 1 failed, 2 wrong usage; of exec: that of the command.
            .SH ENVIRONMENT
            .TP
            .B PODS_SOCKET
            podsd's unix socket, where \-\-socket does not name it.
            .SH SEE ALSO
            .BR podsd (8),
            .BR podsd.yaml (5),
            .BR containerd\-shim\-pods\-v1 (8)

            """);
        return page.ToString();
    }

    private static IEnumerable<Command> Verbs(Command command) =>
        command.Hidden ? [] : command.Subcommands.Count > 0 ? command.Subcommands.SelectMany(Verbs) : [command];

    private static void AppendVerb(StringBuilder page, Command verb)
    {
        string arguments = string.Concat(verb.Arguments.Select(a => a.Arity.MinimumNumberOfValues > 0 ? $" {a.Name}" : $" [{a.Name}]"));
        page.Append($".SS {Text(CommandLine.FullName(verb) + arguments)}\n{Text(verb.Description!)}\n");
        foreach (Argument argument in verb.Arguments.Where(a => a.Description is not null))
            page.Append($".TP\n.I {Text(argument.Name)}\n{Text(argument.Description!)}\n");
        AppendOptions(page, verb.Options.Where(o => !o.Hidden));
        foreach (var (what, line) in CommandLine.Examples(verb))
            page.Append($".PP\n{Text(char.ToUpperInvariant(what[0]) + what[1..])}:\n.PP\n.nf\n.RS\n{Text(line)}\n.RE\n.fi\n");
    }

    private static void AppendOptions(StringBuilder page, IEnumerable<Option> options)
    {
        foreach (Option option in options)
        {
            string names = string.Join(", ", option.Aliases.Prepend(option.Name).OrderBy(n => n.Length));
            string value = option.HelpName is { } name ? $" <{name}>" : "";
            page.Append($".TP\n.B {Text(names + value)}\n{Text(option.Description ?? "")}\n");
        }
    }

    /// <summary>Nothing in it is a request or an escape to roff.</summary>
    private static string Text(string text)
    {
        string escaped = text.Replace("\\", "\\e").Replace("-", "\\-").Replace("…", "...");
        return escaped.StartsWith('.') || escaped.StartsWith('\'') ? "\\&" + escaped : escaped;
    }
}
