namespace Pods.TestKit;

/// <summary>A private directory with a path short enough for unix sockets; disposing it unmounts what lies below and deletes it.</summary>
public sealed class ScratchDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("pt-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        foreach (string mount in MountTable.Below(Path))
            Native.Unmount(mount);
        Directory.Delete(Path, recursive: true);
    }
}
