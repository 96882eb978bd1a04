using System.CommandLine;
using Pods.Cli.Commands;
using Pods.TestKit;

namespace Pods.Cli.Tests;

/// <summary>Exit codes, help and completion, from the words on the command line on.</summary>
public sealed class CommandLineTests
{
    private readonly StringWriter _output = new(), _error = new();

    [Theory]
    [InlineData("nonsense")]
    [InlineData("apply")]
    [InlineData("exec web")]
    [InlineData("wait pod/web")]
    [InlineData("logs web --tail=many")]
    [InlineData("get --no-such-option")]
    [InlineData("exec web ls -x")]
    public async Task Wrong_usage_is_told_with_where_the_help_is_and_exits_2(string line)
    {
        Assert.Equal(2, await RunAsync(line));

        Assert.StartsWith("error: ", _error.ToString());
        Assert.Matches(@"See 'pods.* --help' for usage\.\n$", _error.ToString());
        Assert.Equal("", _output.ToString());
    }

    [Fact]
    public async Task Missing_daemon_is_told_with_its_socket_and_what_to_do()
    {
        Assert.Equal(1, await RunAsync("get --socket /nonexistent/podsd.sock"));

        Assert.Equal("cannot connect to podsd at /nonexistent/podsd.sock: no such file: is podsd running? (systemctl status podsd)\n",
            _error.ToString());
    }

    [Fact]
    public async Task Delete_that_names_nothing_is_a_usage_error() => Assert.Equal(2, await RunAsync("delete --socket /nonexistent"));

    [Fact]
    public async Task Manifest_with_mistakes_is_refused_with_all_of_them_before_podsd_is_asked()
    {
        using ScratchDirectory scratch = new();
        string path = scratch.File("pod.yaml");
        File.WriteAllText(path, "apiVersion: v1\nkind: Pod\nmetadata: {name: web, nam: x}\nspec:\n  containers:\n  - name: app\n    imagee: x\n");

        Assert.Equal(1, await RunAsync($"apply --socket /nonexistent -f {path}"));

        Assert.Contains($"{path}:3:23: ", _error.ToString());
        Assert.Contains($"{path}:7:5: ", _error.ToString());
        Assert.DoesNotContain("cannot connect", _error.ToString());
    }

    [Fact]
    public async Task Every_verb_has_help_with_examples()
    {
        foreach (System.CommandLine.Command verb in Verbs())
        {
            _output.GetStringBuilder().Clear();

            Assert.Equal(0, await RunAsync($"{verb.Name} --help"));

            Assert.Contains("Examples:", _output.ToString());
        }
    }

    [Fact]
    public void Examples_of_the_help_are_lines_that_parse()
    {
        GlobalOptions global = new();
        RootCommand root = CommandLine.Build(global, new(_output, _error, IsOutputTerminal: false));
        foreach (System.CommandLine.Command verb in root.Subcommands)
        {
            foreach (var (_, line) in CommandLine.Examples(verb))
            {
                string words = line.Split('|', '&')[^1].Split(';')[0].Trim().Replace("source <(", "").TrimEnd(')').Split(" < ")[0];
                Assert.StartsWith($"pods {verb.Name}", words);
                Assert.Empty(root.Parse(words["pods ".Length..]).Errors);
            }
        }
    }

    [Fact]
    public async Task Version_of_the_client_needs_no_daemon()
    {
        Assert.Equal(0, await RunAsync("version --client --socket /nonexistent"));

        Assert.Matches(@"^pods \d+\.\d+\.\d+\n$", _output.ToString());
    }

    [Fact]
    public async Task Verbosity_is_given_as_kubectl_takes_it()
    {
        Assert.Equal(0, await RunAsync("version --client -v=8"));
        Assert.Equal(2, await RunAsync("version --client -v=much"));
    }

    [Fact]
    public async Task Words_after_two_dashes_may_look_like_options()
    {
        Assert.Equal(1, await RunAsync("exec --socket /nonexistent web -- ls -x --help"));

        Assert.StartsWith("cannot connect to podsd", _error.ToString());
    }

    [SkippableFact]
    public async Task Completion_of_bash_is_a_script_that_bash_accepts()
    {
        Requires.Programs("bash");
        Assert.Equal(0, await RunAsync("completion bash"));

        CommandResult checkedBy = await TestKit.Command.RunAsync("bash", ["-n"], input: _output.ToString());

        Assert.Equal(0, checkedBy.ExitCode);
        Assert.Equal(2, await RunAsync("completion tcsh"));
    }

    [SkippableFact]
    public async Task Manual_page_is_one_that_man_accepts_and_has_every_verb()
    {
        Requires.Programs("groff");
        Assert.Equal(0, await RunAsync("man"));

        string page = _output.ToString();
        CommandResult read = await TestKit.Command.RunAsync("groff", ["-man", "-Tutf8", "-ww", "-z"], input: page);

        Assert.Equal("", read.Succeeded().Error);
        Assert.All(Verbs().Where(v => !v.Hidden), verb => Assert.Contains($"\n.SS pods {verb.Name.Replace("-", @"\-")}", page));
    }

    private Task<int> RunAsync(string line) =>
        CommandLine.RunAsync(line.Split(' '), new(_output, _error, IsOutputTerminal: false));

    private IEnumerable<System.CommandLine.Command> Verbs() =>
        CommandLine.Build(new(), new(_output, _error, IsOutputTerminal: false)).Subcommands;
}
