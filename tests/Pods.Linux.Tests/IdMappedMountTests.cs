using Pods.TestKit;

namespace Pods.Linux.Tests;

/// <summary>What the options uidmap and gidmap of a mount do, on the real kernel.</summary>
public sealed class IdMappedMountTests : IDisposable
{
    private const uint First = 700_000;
    private static readonly string[] MappingOptions = [$"uidmap=0:{First}:65536", $"gidmap=0:{First}:65536"];

    private readonly ScratchDirectory _scratch = new();

    public void Dispose()
    {
        Mounts.DetachAll(_scratch.Path);
        _scratch.Dispose();
    }

    [Theory]
    [InlineData("uidmap=0:1000:1", "needs the other of uidmap and gidmap")]
    [InlineData("uidmap=0:1000:0,gidmap=0:1:1", "\"0:1000:0\" is not a range of ids")]
    [InlineData("uidmap=0:1000,gidmap=0:1:1", "\"0:1000\" is not a range of ids")]
    [InlineData("uidmap=0:4294967295:1,gidmap=0:1:1", "\"0:4294967295:1\" is not a range of ids")]
    [InlineData("uidmap=0:-1:1,gidmap=0:1:1", "\"0:-1:1\" is not a range of ids")]
    public void Mapping_that_is_none_is_refused(string options, string expected)
    {
        var error = Assert.Throws<ArgumentException>(() => MountOptions.Parse(options.Split(',')));

        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void Mapping_is_read_from_both_options_and_is_no_data_of_the_file_system()
    {
        MountOptions options = MountOptions.Parse(["uidmap=0:1000:1,1:5:2", "index=off", "gidmap=0:7:1"]);

        Assert.Equal([new IdRange(0, 1000, 1), new IdRange(1, 5, 2)], options.Mapping!.Uids);
        Assert.Equal([new IdRange(0, 7, 1)], options.Mapping.Gids);
        Assert.Equal("index=off", options.Data);
    }

    [SkippableFact]
    public void Mapping_is_refused_where_nobody_makes_user_namespaces()
    {
        string target = Make("t");

        var error = Assert.Throws<ArgumentException>(
            () => Mounts.Attach(new Mount("bind", Make("s"), "", ["bind", $"uidmap=0:{First}:1", $"gidmap=0:{First}:1"]), target));

        Assert.Contains($"uidmap=0:{First}:1,gidmap=0:{First}:1 is not supported here", error.Message);
    }

    [SkippableFact]
    public void Overlay_shows_its_lower_layers_with_the_ids_of_the_namespace_and_keeps_what_is_written_as_it_is()
    {
        string[] layers = [.. Enumerable.Range(0, 90).Select(i => Make($"layers/a-long-name-so-that-one-page-is-not-enough-for-all-of-them/{i}"))];
        File.WriteAllText(layers[0] + "/top", "top");
        File.WriteAllText(layers[^1] + "/bottom", "bottom");
        Files.Chown(layers[^1] + "/bottom", 7, 8);
        string upper = Make("upper"), work = Make("work"), target = Make("t");
        Files.Chown(upper, First, First);

        Attach(new Mount("overlay", "overlay", "", ["index=off", $"workdir={work}", $"upperdir={upper}",
            $"lowerdir={string.Join(':', layers)}", .. MappingOptions]), target);

        Assert.Equal((First, First), Owner(target + "/top"));
        Assert.Equal((First + 7, First + 8), Owner(target + "/bottom"));
        Assert.Equal((First, First), Owner(target));
        File.AppendAllText(target + "/bottom", " and more");
        Assert.Equal((First + 7, First + 8), Owner(upper + "/bottom"));
        Assert.Equal((7u, 8u), Owner(layers[^1] + "/bottom"));
        Assert.Equal("bottom", File.ReadAllText(layers[^1] + "/bottom"));
        // Nothing of how it was made is to be seen: one mount, and none of the layers.
        Assert.Equal([target], Mounts.Read().Select(m => m.Target).Where(t => t.StartsWith(_scratch.Path, StringComparison.Ordinal)));
    }

    [SkippableFact]
    public void Bind_shows_its_source_with_the_ids_of_the_namespace_and_stays_read_only()
    {
        string source = Make("s"), target = Make("root/t");
        File.WriteAllText(source + "/file", "");

        Attach(new Mount("bind", source, "t", ["rbind", "ro", .. MappingOptions]), _scratch.File("root"));

        Assert.Equal((First, First), Owner(target + "/file"));
        Assert.ThrowsAny<IOException>(() => File.WriteAllText(target + "/other", ""));
        Assert.Equal((0u, 0u), Owner(source + "/file"));
    }

    [SkippableFact]
    public void What_cannot_be_mapped_is_said_and_leaves_nothing()
    {
        string target = Make("t"), upper = Make("upper"), work = Make("work");

        // The kernel's own file systems have no ids that could be mapped.
        var error = Assert.Throws<LinuxException>(() => Attach(new Mount("overlay", "overlay", "", [$"workdir={work}", $"upperdir={upper}",
            "lowerdir=/proc", .. MappingOptions]), target));

        Assert.Equal(("mount_setattr", Errno.EINVAL), (error.Syscall, error.Errno));
        Assert.Contains("/proc (idmap; does its file system support it?)", error.Message);
        Assert.False(Mounts.IsMountPoint(target));
        Assert.Throws<ArgumentException>(() => Attach(new Mount("tmpfs", "tmpfs", "", MappingOptions), target));
    }

    [SkippableFact]
    public async Task User_namespace_has_the_mapping_and_owns_its_network_and_its_maker_goes()
    {
        Require();
        using UserNamespace made = UserNamespace.Create(
            Pause, IdMapping.Parse($"0:{First}:10,10:5:1", $"0:{First}:20"), withNetwork: true, TestChildren.Reaper);
        string user = RootedPath.Handle(made.User), network = RootedPath.Handle(made.Network!);

        Assert.NotEqual(Namespaces.Inode("/proc/self/ns/user"), Namespaces.Inode(user));
        Assert.NotEqual(Namespaces.Inode("/proc/self/ns/net"), Namespaces.Inode(network));
        string maps = _scratch.File("maps");
        using FileDescriptor output = FileDescriptor.Open(maps, OpenFlags.Create | OpenFlags.WriteOnly, 0x180 /* 0600 */);
        await TestChildren.Reaper.Spawn(new()
        {
            File = "nsenter",
            Arguments = ["nsenter", $"--user=/proc/{Environment.ProcessId}/fd/{made.User.Number}",
                $"--net=/proc/{Environment.ProcessId}/fd/{made.Network!.Number}", "sh", "-c",
                "cat /proc/self/uid_map /proc/self/gid_map; echo 1 > /proc/sys/net/ipv4/ip_unprivileged_port_start && cat /proc/sys/net/ipv4/ip_unprivileged_port_start"],
            Descriptors = new Dictionary<int, FileDescriptor> { [1] = output },
        }).Exited;
        // Only who owns the network namespace may set what is its.
        Assert.Equal([$"0 {First} 10", "10 5 1", $"0 {First} 20", "1"],
            File.ReadAllLines(maps).Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
        await Eventually.True(() => RunningProcesses.WithArgument(word => word == "-n").All(p => RunningProcesses.ParentOf(p) != Environment.ProcessId),
            "who made it has gone");
    }

    private static string Pause => Repository.Binary("pause");

    private static void Require()
    {
        Requires.Root();
        Requires.Binaries("pause");
        Skip.If(Environment.OSVersion.Version < new Version(5, 19), "needs Linux 5.19 for layers of overlays with mapped ids");
    }

    private static void Attach(Mount mount, string root)
    {
        Require();
        Mounts.AttachAll([mount], root, mapping => UserNamespace.Create(Pause, mapping, withNetwork: false, TestChildren.Reaper).User);
    }

    private static (uint, uint) Owner(string path) => Files.Status(path) is { } status ? (status.Uid, status.Gid) : default;

    private string Make(string name) => Directory.CreateDirectory(_scratch.File(name)).FullName;
}
