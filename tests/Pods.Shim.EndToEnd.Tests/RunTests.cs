using Pods.Containerd;
using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

public abstract class RunTests(ShimHost host)
{
    [SkippableFact]
    public async Task Foreground_run_prints_both_streams_and_answers_with_the_exit_code()
    {
        await host.StartAsync();
        CommandResult run = await host.RunAsync(Unique.Id("run"), "sh", "-c", "echo out; echo err >&2; exit 7");
        Assert.Equal(("out\n", "err\n", 7), (run.Output, run.Error, run.ExitCode));
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Process_killed_by_a_signal_answers_with_128_and_the_signal()
    {
        await host.StartAsync();
        // Init itself ignores signals without a handler: its child is killed, and init passes the status on.
        Assert.Equal(137, (await host.RunAsync(Unique.Id("run"), "sh", "-c", "sh -c 'kill -9 $$'; exit $?")).ExitCode);
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Input_reaches_the_process_and_its_end_is_seen()
    {
        await host.StartAsync();
        string ctr = $"ctr --address {host.Daemon.Address} -n k8s.io";
        // ctr tells the shim of the input's end only if that comes after the task's creation; with any shim.
        CommandResult run = await Command.RunAsync("sh",
            ["-c", $"(echo one; sleep 2; echo two) | {ctr} run --rm --runtime {ShimHost.Runtime} {ShimHost.Image} {Unique.Id("run")} cat"]);
        Assert.Equal("one\ntwo\n", run.Succeeded().Output);
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Program_that_is_missing_is_told_in_the_runtimes_words_and_leaves_nothing()
    {
        await host.StartAsync();
        CommandResult run = await host.RunAsync(Unique.Id("run"), "/no/such/program");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("OCI runtime create failed", run.Error);
        Assert.Contains("no such file or directory", run.Error);
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Root_is_a_directory_that_the_client_names()
    {
        await host.StartAsync();
        Requires.Programs("busybox");
        using ScratchDirectory root = new();
        foreach (string directory in (string[])["bin", "proc", "sys", "dev"])
            Directory.CreateDirectory(root.File(directory));
        File.Copy(Requires.FindProgram("busybox")!, root.File("bin/busybox"));
        CommandResult run = await host.CtrAsync(
            "run", "--rm", "--runtime", ShimHost.Runtime, "--rootfs", root.Path, Unique.Id("dir"), "/bin/busybox", "echo", "hi");
        Assert.Equal("hi\n", run.Succeeded().Output);
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Root_is_a_snapshot_of_plain_files()
    {
        await host.StartAsync();
        CommandResult run = await host.CtrAsync(
            "run", "--rm", "--runtime", ShimHost.Runtime, "--snapshotter", "native", ShimHost.Image, Unique.Id("native"), "echo", "hi");
        Assert.Equal("hi\n", run.Succeeded().Output);
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Root_has_more_layers_than_fit_one_page_of_mount_options()
    {
        const int count = 100;
        const string image = "test.local/layers:1";
        await host.StartAsync();
        Assert.True(count * $"{host.Daemon.Root}/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs".Length > Environment.SystemPageSize);
        using ScratchDirectory scratch = new();
        TestImage.Busybox(recipe => recipe.MoreLayers = count).WriteOciArchive(scratch.File("layers.tar"), image);
        await host.Daemon.ImportAsync(scratch.File("layers.tar"));
        CommandResult run = await host.CtrAsync(
            "run", "--rm", "--runtime", ShimHost.Runtime, image, Unique.Id("layers"), "sh", "-c", "ls /layers | wc -l; echo x > /layers/0");
        Assert.Equal($"{count}", run.Succeeded().Output.Trim());
        await host.ExpectNothingLeftAsync();
    }

    /// <summary>What the snapshotters blockfile and erofs hand out.</summary>
    [SkippableFact]
    public async Task Root_is_a_file_system_in_a_file()
    {
        await host.StartAsync();
        Requires.Programs("busybox", "mkfs.ext4");
        Skip.IfNot(File.Exists("/dev/loop-control"), "needs loop devices");
        using ScratchDirectory scratch = new();
        string files = scratch.File("files"), disk = scratch.File("disk"), id = Unique.Id("disk");
        foreach (string directory in (string[])["bin", "proc", "sys", "dev"])
            Directory.CreateDirectory(Path.Combine(files, directory));
        File.Copy(Requires.FindProgram("busybox")!, Path.Combine(files, "bin/busybox"));
        await File.WriteAllBytesAsync(disk, new byte[16 << 20]);
        (await Command.RunAsync("mkfs.ext4", ["-q", "-d", files, disk])).Succeeded();
        (await host.CtrAsync("containers", "create", "--runtime", ShimHost.Runtime, ShimHost.Image, id, "/bin/busybox", "mount")).Succeeded();

        await using ContainerdClient client = ContainerdClient.Connect(host.Daemon.Address, "k8s.io");
        CancellationToken none = CancellationToken.None;
        string output = scratch.File("out");
        await client.Tasks.CreateAsync(
            new() { ContainerId = id, Rootfs = [new("ext4", disk, "", ["loop", "rw"])], Stdout = $"file://{output}" }, none);
        Task<ProcessExit?> exited = client.Tasks.WaitAsync(id, "", none);
        await client.Tasks.StartAsync(id, "", none);
        Assert.Equal(0, (await exited)!.Status);
        await client.Tasks.DeleteAsync(id, none);
        Assert.Matches("^/dev/loop[0-9]+ on / type ext4", await File.ReadAllTextAsync(output));
        (await host.CtrAsync("containers", "rm", id)).Succeeded();
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Hundred_short_runs_lose_no_exit()
    {
        await host.StartAsync();
        for (int i = 0; i < 100; i++)
            Assert.Equal(0, (await host.RunAsync(Unique.Id("short"), "true")).ExitCode);
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Hundred_megabytes_of_output_arrive_whole()
    {
        await host.StartAsync();
        string ctr = $"ctr --address {host.Daemon.Address} -n k8s.io";
        string produce = "dd if=/dev/zero bs=1048576 count=100 2>/dev/null";
        CommandResult run = await Command.RunAsync("sh",
            ["-c", $"{ctr} run --rm --runtime {ShimHost.Runtime} {ShimHost.Image} {Unique.Id("big")} {produce} | wc -c"]);
        Assert.Equal((100 * 1048576).ToString(), run.Succeeded().Output.Trim());
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Terminal_run_has_a_terminal_and_its_exit_code()
    {
        await host.StartAsync();
        Requires.Programs("script");
        string ctr = $"ctr --address {host.Daemon.Address} -n k8s.io";
        CommandResult run = await Command.RunAsync("script",
            ["-qec", $"{ctr} run --rm -t --runtime {ShimHost.Runtime} {ShimHost.Image} {Unique.Id("tty")} sh -c 'tty; exit 5'", "/dev/null"]);
        Assert.Equal(5, run.ExitCode);
        Assert.True(run.Output.Contains("/dev/pts/0"), $"no name of a terminal in \"{run.Output}\"");
        await host.ExpectNothingLeftAsync();
    }
}
