using Pods.Linux;

namespace Pods.Daemon;

/// <summary>One podsd per root: the kernel frees the lock when its holder dies, however it dies.</summary>
internal sealed class RootLock : IDisposable
{
    private readonly FileDescriptor _file;

    private RootLock(FileDescriptor file) => _file = file;

    /// <exception cref="InvalidOperationException">Another podsd has this root.</exception>
    public static RootLock Take(string root)
    {
        Directory.CreateDirectory(root);
        string path = Path.Combine(root, "lock");
        FileDescriptor file = FileDescriptor.Open(path, OpenFlags.ReadWrite | OpenFlags.Create, 0b110_000_000);
        if (Files.TryLock(file))
            return new(file);
        file.Dispose();
        throw new InvalidOperationException($"another podsd uses the root \"{root}\" (lock file \"{path}\")");
    }

    public void Dispose() => _file.Dispose();
}
