using Pods.Daemon.Settings;
using Pods.TestKit;

namespace Pods.Node.Tests;

/// <summary>podsd.yaml, the flags and what is written about them.</summary>
public sealed class SettingsTests
{
    [Fact]
    public void Every_setting_stands_commented_with_its_default_in_the_sample_file()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "packaging/etc/podsd.yaml"));

        Assert.All(SettingTable.All, setting =>
        {
            string line = Assert.Single(lines, l => l.StartsWith($"#{setting.Key}:", StringComparison.Ordinal));
            string shown = line[(line.IndexOf(':') + 1)..].Trim();
            // Of the machine, or empty: nothing is shown, or an empty list or text.
            Assert.True(shown == setting.Default || shown is "" or "[]" or "\"\"", line);
        });
        Assert.All(lines, line => Assert.True(line.Length == 0 || line[0] == '#', line));
    }

    [Fact]
    public void Every_setting_stands_in_the_help_and_in_the_manual() => Assert.All(SettingTable.All, setting =>
    {
        Assert.Contains($"--{setting.Key} ", SettingsCommandLine.Help());
        Assert.Contains($"\n.B {setting.Key.Replace("-", "\\-")}\n", SettingsManual.File());
    });

    [Theory]
    [InlineData("listen: nowhere\n", ":1: listen: \"nowhere\" is no address and port, as in 0.0.0.0:6443")]
    [InlineData("node-name: a\ncgroup-driver: both\n", ":2: cgroup-driver: \"both\" is none of auto, systemd, cgroupfs")]
    [InlineData("# c\nlog-max-size: big\n", ":2: log-max-size: \"big\" is no positive whole number")]
    [InlineData("rot: /x\n", ":1: unknown key \"rot\"")]
    public void Wrong_setting_is_told_with_its_line(string text, string told)
    {
        using ScratchDirectory scratch = new();
        string path = scratch.File("podsd.yaml");
        File.WriteAllText(path, text);

        SettingsException e = Assert.Throws<SettingsException>(() => SettingsFile.Apply(SettingTable.Defaults, path));

        Assert.Equal(path + told, e.Message);
    }

    [Fact]
    public void Settings_in_force_are_printed_as_a_file_that_says_the_same()
    {
        using ScratchDirectory scratch = new();
        string first = scratch.File("podsd.yaml"), second = scratch.File("printed.yaml");
        File.WriteAllText(first, "root: /srv/\"quoted\" é\nhost-paths: [/a, /b]\nlog-max-files: 3\n");
        string Printed(params string[] args)
        {
            StringWriter output = new();
            Assert.Null(SettingsCommandLine.Parse([.. args, SettingsCommandLine.PrintConfig], output));
            return output.ToString();
        }

        string printed = Printed("--config", first, "--node-name", "one");
        File.WriteAllText(second, printed);

        Assert.Equal(SettingTable.All.Select(s => s.Key), printed.TrimEnd().Split('\n').Select(line => line.Split(':')[0]));
        Assert.Contains("root: \"/srv/\\\"quoted\\\" é\"\n", printed);
        Assert.Contains("host-paths: \"/a,/b\"\nunsafe-sysctls: \"\"\nnode-name: \"one\"\n", printed);
        Assert.Equal(printed, Printed("--config", second));
    }

    [SkippableFact]
    public async Task Manual_pages_are_what_man_accepts()
    {
        Requires.Programs("groff");
        foreach (string page in (string[])[SettingsManual.Daemon(), SettingsManual.File()])
        {
            CommandResult read = await Command.RunAsync("groff", ["-man", "-Tutf8", "-ww", "-z"], input: page + "\n");

            Assert.Equal("", read.Succeeded().Error);
        }
    }
}
