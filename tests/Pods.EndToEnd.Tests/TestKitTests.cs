using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Proves the environment with reference clients before any code of ours is tested in it.</summary>
public sealed class TestKitTests
{
    [SkippableFact]
    public async Task Private_containerd_runs_a_container_of_the_test_image_with_the_stock_shim()
    {
        await using ContainerdDaemon containerd = await ContainerdDaemon.StartAsync();
        using ScratchDirectory scratch = new();
        TestImage.Busybox().WriteOciArchive(scratch.File("busybox.tar"), "test.local/busybox:1");
        await containerd.ImportAsync(scratch.File("busybox.tar"));

        CommandResult run = await containerd.CtrAsync("run", "--rm", "--runtime", "io.containerd.runc.v2", "test.local/busybox:1",
            Unique.Id("kit"), "echo", "hello");

        Assert.Equal("hello\n", run.Succeeded().Output);
    }

    [SkippableFact]
    public async Task Private_registry_serves_what_was_pushed()
    {
        await using ContainerdDaemon containerd = await ContainerdDaemon.StartAsync();
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync("alice", "secret");
        await registry.PushIndexAsync("library/busybox", "1", (TestImage.Busybox(), "linux", "amd64"));

        CommandResult pull = await containerd.CtrAsync(
            "images", "pull", "--plain-http", "--user", "alice:secret", registry.Host + "/library/busybox:1");

        Assert.Contains("done", pull.Succeeded().Output);
    }
}
