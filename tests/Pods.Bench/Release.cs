using Pods.TestKit;

namespace Pods.Bench;

/// <summary>The releases of containerd that the shims are compared on, each with the stock shim that came with it.</summary>
internal static class Release
{
    private static readonly string[] Compared = [ContainerdVersions.Installed, "2"];

    /// <summary>Runs a comparison on each release that is here.</summary>
    public static Task OnEachAsync(Func<ContainerdDaemon, Task> compare) => OnEachAsync((containerd, _) => compare(containerd));

    /// <param name="compare">Gets the release's name for <see cref="ContainerdVersions"/> too.</param>
    public static async Task OnEachAsync(Func<ContainerdDaemon, string, Task> compare)
    {
        foreach (string version in Compared)
        {
            if (version != ContainerdVersions.Installed && !Directory.Exists(ContainerdVersions.Root(version)))
            {
                Console.WriteLine($"containerd {version} is not here: tests/fetch-newer.sh {ContainerdVersions.Newer}");
                continue;
            }
            await using ContainerdDaemon containerd = await ContainerdDaemon.StartAsync(ContainerdVersions.Options(version));
            await ShimMemory.ImportAsync(containerd);
            string told = (await containerd.CtrAsync("version")).Succeeded().Output;
            Console.WriteLine($"containerd {told.Split('\n').Last(l => l.Contains("Version:")).Split(':')[1].Trim()}");
            await compare(containerd, version);
        }
    }
}
