using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

public sealed class LogTests(Installed.Host host) : IClassFixture<Installed.Host>
{
    [SkippableFact]
    public async Task No_line_is_lost_while_the_daemon_is_away()
    {
        await host.StartAsync();
        using ScratchDirectory scratch = new();
        string id = Unique.Id("log"), log = scratch.File("app/0.log");
        await host.RunDetachedAsync(id, ["--log-uri", $"pods-log://{log}"],
            "sh", "-c", "i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo line $i; echo line $i >&2; usleep 10000; done; exec sleep 1000");
        await Eventually.True(() => File.ReadLines(log).Count() > 20, "the first lines");

        await host.Daemon.KillAsync();
        int before = File.ReadLines(log).Count();
        await Eventually.True(() => File.ReadLines(log).Count() > before + 100, "lines while no daemon runs");
        await host.Daemon.StartAgainAsync();
        await Eventually.True(() => File.ReadLines(log).Count() == 800, "the last lines");

        string[] entries = [.. File.ReadLines(log).Select(entry => entry[31..])];
        foreach (string stream in (string[])["stdout", "stderr"])
            Assert.Equal(Enumerable.Range(1, 400).Select(i => $"{stream} F line {i}"), entries.Where(e => e.StartsWith(stream, StringComparison.Ordinal)));
        await host.RemoveAsync(id);
    }

    [SkippableFact]
    public async Task Output_is_given_to_a_program_that_is_named_as_the_log()
    {
        await host.StartAsync();
        using ScratchDirectory scratch = new();
        string id = Unique.Id("log"), program = scratch.File("logger"), result = scratch.File("result");
        File.WriteAllText(program, $"#!/bin/sh\nexec 5>&-\n(echo $CONTAINER_ID in $CONTAINER_NAMESPACE; cat <&3) > {result}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        await host.RunDetachedAsync(id, ["--log-uri", $"binary://{program}"], "sh", "-c", "echo hello; exec sleep 1000");

        await Eventually.True(() => File.Exists(result) && File.ReadAllText(result) == $"{id} in k8s.io\nhello\n", "the program's file");
        await host.RemoveAsync(id);
    }
}
