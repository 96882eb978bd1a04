using Pods.EndToEnd.Tests;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>A pod of pause and one app made by <c>ctr run</c> alone: the two annotations put both into one shim, ours or the stock one.</summary>
internal sealed class CtrPod(ContainerdDaemon containerd, string runtime)
{
    /// <summary>What the names of all of them begin with.</summary>
    public const string Prefix = "benchpod-";

    private readonly string _sandbox = Unique.Id(Prefix.TrimEnd('-'));
    private readonly List<string> _ids = [];

    /// <summary>The process that serves it, by the name on its command line.</summary>
    public int Shim => containerd.Shims().Single(pid => ProcessTable.Find(pid)!.CommandLine.Contains(_sandbox));

    public async Task StartAsync()
    {
        await RunAsync(_sandbox, "sandbox");
        await AddAsync("app");
    }

    public Task AddAsync(string name) => RunAsync($"{_sandbox}-{name}", "container");

    public async Task RemoveAsync()
    {
        foreach (string id in Enumerable.Reverse(_ids))
        {
            await containerd.CtrAsync("tasks", "rm", "-f", id);
            await containerd.CtrAsync("containers", "rm", id);
        }
    }

    private async Task RunAsync(string id, string kind)
    {
        _ids.Add(id);
        (await containerd.CtrAsync("run", "-d", "--null-io", "--runtime", runtime,
            "--annotation", $"io.kubernetes.cri.container-type={kind}", "--annotation", $"io.kubernetes.cri.sandbox-id={_sandbox}",
            PodsDaemon.Image, id, "sleep", "1000000")).Succeeded();
    }
}
