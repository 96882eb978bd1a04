using Pods.EndToEnd.Tests;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>A pod of pause and one app made by <c>ctr run</c> alone: the two annotations put both into one shim, ours or the stock one.</summary>
internal sealed class CtrPod(ContainerdDaemon containerd, string runtime)
{
    public const string Ours = "io.containerd.pods.v1";
    public const string Stock = "io.containerd.runc.v2";

    private readonly string _sandbox = Unique.Id("bench");

    public async Task StartAsync()
    {
        await RunAsync(_sandbox, "sandbox");
        await RunAsync(_sandbox + "-app", "container");
    }

    public async Task RemoveAsync()
    {
        foreach (string id in new[] { _sandbox + "-app", _sandbox })
        {
            await containerd.CtrAsync("tasks", "rm", "-f", id);
            await containerd.CtrAsync("containers", "rm", id);
        }
    }

    private async Task RunAsync(string id, string kind) =>
        (await containerd.CtrAsync("run", "-d", "--null-io", "--runtime", runtime,
            "--annotation", $"io.kubernetes.cri.container-type={kind}", "--annotation", $"io.kubernetes.cri.sandbox-id={_sandbox}",
            PodsDaemon.Image, id, "sleep", "1000000")).Succeeded();
}
