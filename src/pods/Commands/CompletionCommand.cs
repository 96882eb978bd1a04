using System.CommandLine;
using Pods.Cli.Client;

namespace Pods.Cli.Commands;

/// <summary>Prints a script that asks the program itself for the words that fit: every verb and option is known to it.</summary>
internal sealed class CompletionCommand : VerbCommand
{
    private readonly Argument<string> _shell = new("shell") { Description = "bash, zsh or fish" };

    public CompletionCommand(CommandContext context) : base(context, "completion", "Print a script for the shell's completion.")
    {
        Arguments.Add(_shell);
        Examples = [("in this bash", "source <(pods completion bash)")];
    }

    protected override Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        Output.Write(Script(parsed.GetValue(_shell)!));
        return Task.FromResult(0);
    }

    public static string Script(string shell) => shell switch
    {
        "bash" => """
            _pods() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$(pods "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _pods pods

            """,
        "zsh" => """
            #compdef pods
            _pods() {
                local -a words_found
                words_found=("${(@f)$(pods "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
                compadd -a words_found
            }
            compdef _pods pods

            """,
        "fish" => """
            complete -f -c pods -a '(pods "[suggest:"(commandline -C)"]" (commandline -cp) 2>/dev/null)'

            """,
        _ => throw new CliException($"error: unsupported shell \"{shell}\"; allowed: bash, zsh, fish", CliException.Usage),
    };
}
