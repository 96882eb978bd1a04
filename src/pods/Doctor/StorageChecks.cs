namespace Pods.Cli.Doctor;

/// <summary>Room on the disks that pods fill, and the clock that certificates are held against.</summary>
internal sealed class StorageChecks(Machine machine, DaemonSettings settings, TimeProvider time)
{
    private const long Gigabyte = 1 << 30;
    // Less than this and an image of ordinary size no longer fits.
    private const long Low = 2 * Gigabyte, Empty = Gigabyte / 8;

    public IReadOnlyList<Finding> Run() =>
    [
        Space("/var/lib/containerd", "ctr -n k8s.io images ls   # and pods rmi what is not needed"),
        Space(settings["root"], $"du -xsh {settings["root"]}/*"),
        Space(settings["log-dir"], $"du -xsh {settings["log-dir"]}/*"),
        Clock(),
    ];

    private Finding Space(string path, string remedy)
    {
        string existing = machine.At(path);
        while (!Directory.Exists(existing))
            existing = Path.GetDirectoryName(existing)!;
        DriveInfo drive = new(existing);
        string message = $"{drive.AvailableFreeSpace / (double)Gigabyte:0.0} of {drive.TotalSize / (double)Gigabyte:0.0} GiB free";
        return Judge($"space for {path}", message, drive.AvailableFreeSpace, remedy);
    }

    internal static Finding Judge(string check, string message, long free, string remedy) => free switch
    {
        < Empty => Finding.Failure(check, message, remedy),
        < Low => Finding.Warning(check, message, remedy),
        _ => Finding.Ok(check, message),
    };

    private Finding Clock()
    {
        DateTimeOffset now = time.GetUtcNow();
        // A clock before the day this was written has never been set: every registry's certificate would be refused.
        if (now.Year < 2025)
            return Finding.Failure("time", $"{now:yyyy-MM-dd} is in the past", TimeRemedy());
        return machine.IsClockKept == false
            ? Finding.Warning("time", $"{now:yyyy-MM-dd HH:mm:ss} UTC, which nothing keeps right: registries' certificates are held against it",
                TimeRemedy())
            : Finding.Ok("time", $"{now:yyyy-MM-dd HH:mm:ss} UTC{(machine.IsClockKept == true ? ", synchronised" : "")}");
    }

    private string TimeRemedy() =>
        machine.HasFile("/usr/lib/systemd/systemd-timesyncd") ? "timedatectl set-ntp true"
        : machine.FindProgram("chronyd") is not null ? "systemctl enable --now chrony"
        : "apt install systemd-timesyncd";
}
