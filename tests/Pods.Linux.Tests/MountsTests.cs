using Pods.TestKit;

namespace Pods.Linux.Tests;

public sealed class MountsTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose()
    {
        // Here and not by umount(8): the reaper of this process takes the exits that the framework's Process waits for.
        Mounts.DetachAll(_scratch.Path);
        _scratch.Dispose();
    }

    [Fact]
    public void Options_are_sorted_into_flags_propagation_and_data()
    {
        MountOptions options = MountOptions.Parse(["rbind", "ro", "nosuid", "rslave", "size=1m", "mode=700", "rw", "ro"]);

        Assert.Equal((nuint)(4096 | 16384 | 1 | 2), options.Flags);
        Assert.Equal((nuint)((1 << 19) | 16384), options.Propagation);
        Assert.Equal("size=1m,mode=700", options.Data);
    }

    [Theory]
    [InlineData("loop")]
    [InlineData("X-containerd.mkfs.fs=ext4")]
    public void Option_that_the_kernel_does_not_know_is_refused(string option)
    {
        var error = Assert.Throws<ArgumentException>(() => MountOptions.Parse([option]));

        Assert.Contains(option, error.Message);
    }

    [SkippableFact]
    public void Tmpfs_is_attached_with_its_options_and_detached()
    {
        Requires.Root();
        string target = Make("t");

        Mounts.Attach(new Mount("tmpfs", "tmpfs", "", ["nosuid", "noexec", "size=64k", "mode=750"]), target);

        MountEntry entry = Assert.Single(Mounts.Read(), entry => entry.Target == target);
        Assert.Equal("tmpfs", entry.Type);
        Assert.Contains("noexec", entry.Options);
        Assert.Equal(64 * 1024ul, Files.Space(target).TotalBytes);
        Assert.Equal(FileSystemSpace.Tmpfs, Files.Space(target).Type);
        Mounts.DetachAll(target);
        Assert.False(Mounts.IsMountPoint(target));
    }

    [SkippableFact]
    public void Read_only_bind_refuses_writes_and_its_source_does_not()
    {
        Requires.Root();
        string source = Make("source"), target = Make("target");

        Mounts.Attach(new Mount("bind", source, "", ["rbind", "ro", "rprivate"]), target);

        Assert.ThrowsAny<IOException>(() => File.WriteAllText(Path.Combine(target, "f"), ""));
        File.WriteAllText(Path.Combine(source, "f"), "");
        Assert.True(File.Exists(Path.Combine(target, "f")));
    }

    [SkippableFact]
    public void Target_is_looked_up_inside_the_root_even_through_links()
    {
        Requires.Root();
        string root = Make("root");
        Make("root/etc/inner");
        File.CreateSymbolicLink(Path.Combine(root, "link"), "/../../etc/inner");

        Mounts.Attach(new Mount("tmpfs", "tmpfs", "link", ["ro", "size=64k"]), root);

        Assert.True(Mounts.IsMountPoint(Path.Combine(root, "etc/inner")));
        Assert.Contains("ro", Mounts.Containing(Path.Combine(root, "etc/inner"))!.Options.Split(','));
    }

    [SkippableFact]
    public void Bind_below_a_root_is_read_only_there()
    {
        Requires.Root();
        string root = Make("root"), source = Make("source");
        Make("root/sub");

        Mounts.Attach(new Mount("bind", source, "/sub", ["bind", "ro"]), root);

        Assert.Contains("ro", Mounts.Containing(Path.Combine(root, "sub"))!.Options.Split(','));
    }

    [SkippableFact]
    public void Failed_mount_undoes_those_before_it()
    {
        Requires.Root();
        string root = Make("root");

        var error = Assert.Throws<LinuxException>(() => Mounts.AttachAll(
            [new Mount("tmpfs", "tmpfs", "", []), new Mount("nosuchfs", "none", "", [])], root));

        Assert.Equal(("mount", root), (error.Syscall, error.Path));
        Assert.False(Mounts.IsMountPoint(root));
    }

    [SkippableFact]
    public void Nested_and_stacked_mounts_are_all_detached()
    {
        Requires.Root();
        string root = Make("with space");
        Mounts.Attach(new Mount("tmpfs", "a", "", []), root);
        Mounts.Attach(new Mount("tmpfs", "b", "", []), root);
        Mounts.Attach(new Mount("tmpfs", "c", "", []), Make("with space/inner"));
        Mounts.Bind(Make("source"), Make("with space/inner/deep"));

        Mounts.DetachAll(root);

        Assert.DoesNotContain(Mounts.Read(), entry => entry.Target.StartsWith(root, StringComparison.Ordinal));
        Mounts.DetachAll(root);
        Mounts.DetachAll(_scratch.File("absent"));
    }

    [SkippableFact]
    public void Busy_mount_is_detached_when_it_is_no_longer_used()
    {
        Requires.Root();
        string target = Make("busy");
        Mounts.Attach(new Mount("tmpfs", "busy", "", []), target);
        FileDescriptor user = FileDescriptor.Open(target, OpenFlags.Directory);
        using var timer = new Timer(_ => user.Dispose(), null, 120, Timeout.Infinite);

        Mounts.DetachAll(target);

        Assert.False(Mounts.IsMountPoint(target));
        Assert.True(user.IsClosed);
    }

    [SkippableFact]
    public void Overlay_with_more_layers_than_fit_one_page_is_attached()
    {
        Requires.Root();
        string[] layers = [.. Enumerable.Range(0, 90).Select(number => Make($"snapshots/with-a-rather-long-name-for-a-layer/{number}/fs"))];
        for (int i = 0; i < layers.Length; i++) File.WriteAllText(Path.Combine(layers[i], $"file{i}"), "");
        string target = Make("merged");
        Mounts.Attach(new Mount("overlay", "overlay", "", [$"lowerdir={string.Join(':', layers)}"]), target);

        Assert.Equal(90, Directory.GetFiles(target).Length);
    }

    [Fact]
    public void Options_that_the_kernel_would_cut_off_are_refused()
    {
        string layers = string.Join(':', Enumerable.Range(0, 500).Select(number => $"/{number}/layers"));

        var error = Assert.Throws<ArgumentException>(() =>
            Mounts.Attach(new Mount("overlay", "overlay", "", [$"lowerdir={layers}"]), Make("merged")));

        Assert.Contains("more than the kernel takes", error.Message);
    }

    [SkippableFact]
    public async Task File_is_attached_as_a_disk_that_goes_with_its_mount()
    {
        string image = await MakeDiskAsync(), target = Make("disk");

        Mounts.Attach(new Mount("ext2", image, "", ["loop", "direct-io", "noatime"]), target);

        await File.WriteAllTextAsync(Path.Combine(target, "file"), "");
        Assert.Contains("noatime", Assert.Single(Mounts.Read(), entry => entry.Target == target).Options);
        Assert.NotEmpty(LoopDevicesOf(image));
        Mounts.DetachAll(target);
        await Eventually.True(() => LoopDevicesOf(image).Length == 0, "the device is free again");

        File.SetUnixFileMode(image, UnixFileMode.UserRead);
        Mounts.Attach(new Mount("ext2", image, "", ["ro", "loop"]), target);
        Assert.True(File.Exists(Path.Combine(target, "file")));
        Assert.Equal(Errno.EROFS, Assert.Throws<LinuxException>(() => FileDescriptor.Open(Path.Combine(target, "file"), OpenFlags.WriteOnly)).Errno);
    }

    [SkippableFact]
    public async Task Disk_that_cannot_be_mounted_leaves_no_device()
    {
        Requires.Root();
        Skip.IfNot(File.Exists("/dev/loop-control"), "needs loop devices");
        string image = _scratch.File("image");
        await File.WriteAllBytesAsync(image, new byte[1 << 20]);

        Assert.Throws<LinuxException>(() => Mounts.Attach(new Mount("ext2", image, "", ["loop"]), Make("disk")));

        await Eventually.True(() => LoopDevicesOf(image).Length == 0, "the device is free again");
        Assert.Throws<LinuxException>(() => Mounts.Attach(new Mount("ext2", _scratch.File("absent"), "", ["loop"]), Make("disk")));
    }

    [Fact]
    public void Long_layer_lists_are_named_relative_to_what_they_share()
    {
        (string directory, string data) = OverlayMount.Shorten("index=off,lowerdir=/a/b/10/fs:/a/b/11/fs,upperdir=/a/b/12/fs");

        Assert.Equal("/a/b/", directory);
        Assert.Equal("index=off,lowerdir=10/fs:11/fs,upperdir=/a/b/12/fs", data);
    }

    [Fact]
    public void Path_beneath_a_directory_cannot_lead_out_of_it()
    {
        string root = Make("volume");
        File.CreateSymbolicLink(Path.Combine(root, "out"), "/etc");

        Assert.Equal(Errno.EXDEV, Assert.Throws<LinuxException>(() => RootedPath.OpenBeneath(root, "out/passwd", OpenFlags.ReadOnly)).Errno);
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => RootedPath.Open(root, "out/passwd", OpenFlags.ReadOnly)).Errno);
    }

    private async Task<string> MakeDiskAsync()
    {
        Requires.Root();
        Requires.Programs("mkfs.ext2");
        Skip.IfNot(File.Exists("/dev/loop-control"), "needs loop devices");
        string image = _scratch.File("image");
        await File.WriteAllBytesAsync(image, new byte[4 << 20]);
        SpawnRequest make = new() { File = Requires.FindProgram("mkfs.ext2")!, Arguments = ["mkfs.ext2", "-q", image] };
        Assert.Equal(0, (await TestChildren.Reaper.Spawn(make).Exited).Status);
        return image;
    }

    private static string[] LoopDevicesOf(string image) =>
        [.. Directory.GetDirectories("/sys/block", "loop*").Select(device => Path.Combine(device, "loop/backing_file"))
            .Where(file => File.Exists(file) && File.ReadAllText(file).TrimEnd() == image)];

    private string Make(string name) => Directory.CreateDirectory(_scratch.File(name)).FullName;
}
