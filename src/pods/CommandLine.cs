using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Pods.Cli.Commands;

namespace Pods.Cli;

/// <summary>The verbs of <c>pods</c>, and how their failures become an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments, Terminals terminals)
    {
        GlobalOptions global = new();
        ParseResult parsed = Build(global, terminals).Parse(arguments);
        string[] errors = parsed.Action is HelpWithExamples ? [] : [.. UnknownOptions(parsed), .. parsed.Errors.Select(error => error.Message)];
        if (errors.Length > 0)
        {
            foreach (string error in errors)
                terminals.Error.WriteLine($"error: {error}");
            terminals.Error.WriteLine($"See '{FullName(parsed.CommandResult.Command)} --help' for usage.");
            return CliException.Usage;
        }
        bool isVerbose = parsed.GetValue(global.Verbosity) >= 6;
        InvocationConfiguration configuration = new()
        {
            Output = terminals.Output,
            Error = terminals.Error,
            EnableDefaultExceptionHandler = false,
        };
        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (CliException e)
        {
            terminals.Error.WriteLine(e.Message);
            return e.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return 130;   // as a shell reports a program ended by ^C: 128 + SIGINT
        }
        catch (HttpIOException e) when (!isVerbose)
        {
            terminals.Error.WriteLine($"error: the connection to podsd broke off: {e.HttpRequestError}");
            return CliException.Failed;
        }
        catch (IOException) when (!isVerbose)
        {
            // The reader of our output is gone (`pods logs | head`): there is nobody to tell.
            return CliException.Failed;
        }
        catch (Exception e) when (!isVerbose)
        {
            terminals.Error.WriteLine($"error: {e.Message}");
            return CliException.Failed;
        }
    }

    // The parser takes an option that it does not know for one more name; only after "--" may a word look like an option.
    private static IEnumerable<string> UnknownOptions(ParseResult parsed)
    {
        HashSet<Token> before = new(parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash), ReferenceEqualityComparer.Instance);
        return from argument in parsed.CommandResult.Children.OfType<ArgumentResult>()
               from token in argument.Tokens
               where token.Value.Length > 1 && token.Value.StartsWith('-') && before.Contains(token)
               select $"unknown option {token.Value}";
    }

    /// <summary>The whole command tree; the man pages and the tests of every example read it too.</summary>
    public static RootCommand Build(GlobalOptions global, Terminals terminals)
    {
        RootCommand root = new("Kubernetes pods on plain containerd.");
        foreach (Option option in global.All)
            root.Options.Add(option);
        CommandContext context = new(global, terminals);
        foreach (Command verb in Verbs(context))
            root.Subcommands.Add(verb);
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    public static string FullName(Command command)
    {
        string? parent = command.Parents.OfType<Command>().FirstOrDefault() is { } above ? FullName(above) + " " : null;
        return command is RootCommand ? "pods" : parent + command.Name;
    }

    private static IEnumerable<Command> Verbs(CommandContext context) =>
    [
        new ApplyCommand(context), new DiffCommand(context), new GetCommand(context), new DescribeCommand(context), new LogsCommand(context),
        new ExecCommand(context), new AttachCommand(context), new PortForwardCommand(context),
        new CopyCommand(context), new TopCommand(context), new RestartCommand(context), new ScaleCommand(context),
        new RunCommand(context), new PruneCommand(context),
        new DeleteCommand(context), new WaitCommand(context), new InspectCommand(context), new EventsCommand(context),
        new PullCommand(context), new ImagesCommand(context), new ImportCommand(context), new RemoveImageCommand(context),
        new CheckCommand(context), new DoctorCommand(context), new HaltCommand(context), new ConfigCommand(context),
        new VersionCommand(context), new CompletionCommand(context), new ManCommand(context),
    ];

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int result = help.Invoke(parseResult);
            TextWriter output = parseResult.InvocationConfiguration.Output;
            (string What, string Line)[] examples = [.. Examples(parseResult.CommandResult.Command)];
            if (examples.Length > 0)
                output.WriteLine("Examples:");
            foreach (var (what, line) in examples)
                output.WriteLine($"  # {what}\n  {line}\n");
            return result;
        }
    }

    /// <summary>The examples of a verb; those of all its verbs for a group of them. None for the program as a whole.</summary>
    public static IEnumerable<(string What, string Line)> Examples(Command command) => command switch
    {
        VerbCommand verb => verb.Examples,
        RootCommand => [],
        _ => command.Subcommands.SelectMany(Examples),
    };
}
