namespace Pods.TestKit;

/// <summary>A small disk of a test's own: an ext4 in a file, mounted while the test runs. What fills it fills nothing else.</summary>
public sealed class LoopDisk : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    private LoopDisk() => Directory.CreateDirectory(Path);

    /// <summary>Where it is mounted.</summary>
    public string Path => _scratch.File("disk");

    public static async Task<LoopDisk> CreateAsync(int mebibytes)
    {
        Requires.Root();
        Requires.Programs("mkfs.ext4");
        LoopDisk disk = new();
        try
        {
            string file = disk._scratch.File("image");
            using (FileStream image = File.Create(file))
                image.SetLength((long)mebibytes << 20);
            // Nothing set aside for root: full is full for everybody.
            (await Command.RunAsync("mkfs.ext4", ["-q", "-m", "0", file])).Succeeded();
            CommandResult mounted = await Command.RunAsync("mount", ["-o", "loop", file, disk.Path]);
            Skip.If(mounted.ExitCode != 0 && !File.Exists("/dev/loop-control"), $"needs loop devices: {mounted.Error}");
            mounted.Succeeded();
            return disk;
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    /// <summary>How full it is, in percent.</summary>
    public double UsedPercent => new DriveInfo(Path) is var drive ? 100.0 * (drive.TotalSize - drive.AvailableFreeSpace) / drive.TotalSize : 0;

    /// <summary>Unmounts it, which frees the loop device too.</summary>
    public void Dispose() => _scratch.Dispose();
}
