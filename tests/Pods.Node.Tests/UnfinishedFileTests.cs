using Pods.Daemon.Access;
using Pods.Network;
using Pods.TestKit;

namespace Pods.Node.Tests;

/// <summary>podsd was killed while it wrote: the half file, with a secret perhaps, goes when the next one begins.</summary>
public sealed class UnfinishedFileTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public static TheoryData<string, Action<string>> Stores => new()
    {
        { "pods", directory => PodStore.Open(directory, _ => { }) },
        { "objects", directory => ObjectStore.Open(directory, _ => { }) },
        { "workloads", directory => WorkloadStore.Open(directory, _ => { }) },
        { "network", directory => _ = new PodNetwork(new NetworkOptions { CacheDirectory = directory }) },
        { "access", directory => ApiAccess.Open(directory, "node", ["127.0.0.1"], TimeProvider.System).Dispose() },
    };

    [Theory]
    [MemberData(nameof(Stores))]
    public void Store_that_opens_removes_them_and_nothing_else(string name, Action<string> open)
    {
        string directory = _scratch.File(name), half = Path.Combine(directory, "web.json.4711.12.new"), below = Path.Combine(directory, "default");
        Directory.CreateDirectory(below);
        string[] others = [Path.Combine(directory, "notes"), Path.Combine(below, "new.txt")];
        foreach (string path in (string[])[half, Path.Combine(below, "key.json.4711.12.new"), .. others])
            File.WriteAllText(path, "{");

        open(directory);

        Assert.Equal(others.Order(), Directory.GetFiles(directory, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith(".pem")).Order());
    }

    public void Dispose() => _scratch.Dispose();
}
