using Pods.TestKit;

namespace Pods.Shim.Tests;

/// <summary>The command lines that the OCI runtime gets, told by a program that writes its own down.</summary>
// A program that was just written cannot be run while another test's child, on its way to exec, holds it open.
[Collection("spawning")]
public sealed class RuncTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Start_names_root_log_and_container()
    {
        string line = await LineAsync(new(), runc => runc.StartAsync("web"));
        Assert.Equal($"--root /run/containerd/runc/k8s.io --log {_scratch.Path}/log.json --log-format json start web", line);
    }

    [Theory]
    [InlineData(true, "json --systemd-cgroup create")]
    [InlineData(false, "json create")]
    public async Task Cgroup_driver_is_the_one_that_is_asked_for(bool systemd, string expected) =>
        Assert.Contains(expected, await LineAsync(new() { SystemdCgroup = systemd }, runc => runc.CreateAsync("web", Nothing, null)));

    [Fact]
    public async Task Create_has_every_option_that_it_is_given()
    {
        string line = await LineAsync(
            new() { NoPivotRoot = true, NoNewKeyring = true, Root = "/other" }, runc => runc.CreateAsync("web", Nothing, "/run/tty.sock"));
        Assert.Equal($"--root /other/k8s.io --log {_scratch.Path}/log.json --log-format json create --bundle {_scratch.Path} "
            + $"--pid-file {_scratch.Path}/init.pid --no-pivot --no-new-keyring --console-socket /run/tty.sock web", line);
    }

    [Fact]
    public async Task Restore_leaves_the_process_to_the_shim()
    {
        string line = await LineAsync(
            new() { CriuPath = "/opt/criu" }, runc => runc.RestoreAsync("web", new("/image", "", "/work"), Nothing, consoleSocket: null));
        Assert.EndsWith($"json --criu /opt/criu restore --image-path /image --work-path /work --detach --no-subreaper "
            + $"--pid-file {_scratch.Path}/init.pid --bundle {_scratch.Path} web", line);
    }

    private static IReadOnlyDictionary<int, Linux.FileDescriptor> Nothing => new Dictionary<int, Linux.FileDescriptor>();

    private async Task<string> LineAsync(ShimOptions options, Func<Runc, Task> run)
    {
        string program = _scratch.File("runtime");
        File.WriteAllText(program, $"#!/bin/sh\necho \"$@\" > {_scratch.File("line")}\n");
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        await run(new(TestReaper.Children, new(_scratch.Path), options with { BinaryName = program }, "k8s.io"));
        return File.ReadAllText(_scratch.File("line")).TrimEnd();
    }
}
