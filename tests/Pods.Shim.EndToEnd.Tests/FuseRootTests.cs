using Pods.Containerd;
using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>Roots whose type names a program; a stand-in for FUSE's helper shows what it is asked for, since few machines have one.</summary>
public sealed class FuseRootTests : IAsyncLifetime
{
    private readonly ShimHost _host = new Installed.Host();
    private readonly ScratchDirectory _scratch = new();

    public Task InitializeAsync()
    {
        Directory.CreateDirectory(_scratch.File("bin"));
        foreach (string directory in (string[])["bin", "proc", "sys", "dev"])
            Directory.CreateDirectory(_scratch.File($"root/{directory}"));
        string helper = _scratch.File("bin/mount.fuse3");
        File.WriteAllText(helper, $"""
            #!/bin/sh
            echo "$@" >> {_scratch.File("asked")}
            [ "$1" != /nowhere ] || exec sh -c 'echo no such program >&2; exit 7'
            exec mount --bind "$1" "$2"

            """);
        File.SetUnixFileMode(helper, (UnixFileMode)0b111_101_101);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        _scratch.Dispose();
    }

    [SkippableFact]
    public async Task Helper_mounts_a_root_of_its_type_and_says_why_it_cannot()
    {
        await _host.StartAsync(new() { PathFirst = [_scratch.File("bin")] });
        Requires.Programs("busybox");
        File.Copy(Requires.FindProgram("busybox")!, _scratch.File("root/bin/busybox"));
        string id = Unique.Id("fuse");
        (await _host.CtrAsync("containers", "create", "--runtime", ShimHost.Runtime, ShimHost.Image, id, "/bin/busybox", "true")).Succeeded();
        await using ContainerdClient client = ContainerdClient.Connect(_host.Daemon.Address, "k8s.io");
        CancellationToken none = CancellationToken.None;

        ContainerdException failure = await Assert.ThrowsAsync<ContainerdException>(async () =>
            await client.Tasks.CreateAsync(new() { ContainerId = id, Rootfs = [new("fuse3.fake", "/nowhere", "", ["ro"])] }, none));
        Assert.Contains("mount.fuse3: exit status 7: no such program", failure.Message);
        await _host.ExpectNothingLeftAsync();

        await client.Tasks.CreateAsync(new() { ContainerId = id, Rootfs = [new("fuse3.fake", _scratch.File("root"), "", ["a=b", "ro"])] }, none);
        Task<ProcessExit?> exited = client.Tasks.WaitAsync(id, "", none);
        await client.Tasks.StartAsync(id, "", none);
        Assert.Equal(0, (await exited)!.Status);
        await client.Tasks.DeleteAsync(id, none);
        string bundle = Path.Combine(_host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io", id);
        Assert.Equal($"{_scratch.File("root")} {bundle}/rootfs -o a=b -o ro -t fake", File.ReadAllLines(_scratch.File("asked"))[^1]);
        (await _host.CtrAsync("containers", "rm", id)).Succeeded();
        await _host.ExpectNothingLeftAsync();
    }
}
