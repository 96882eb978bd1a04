using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>What containerd's subscribers hear, by `ctr events`, from its start to its disposal.</summary>
internal sealed class EventListener : IAsyncDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly DaemonProcess _process;

    private EventListener(string address) => _process = DaemonProcess.Start(
        Requires.FindProgram("ctr")!, ["--address", address, "-n", "k8s.io", "events"], _scratch.File("events"), null);

    public static async Task<EventListener> StartAsync(ContainerdDaemon daemon)
    {
        EventListener listener = new(daemon.Address);
        // Heard once it has heard anything: a label on a namespace is an event that hurts nobody.
        await Eventually.True(async () =>
        {
            await daemon.CtrAsync("namespaces", "label", "k8s.io", $"heard={Unique.Id("x")}");
            return listener._process.Log.Contains("/namespaces/update");
        }, "the listener hears");
        return listener;
    }

    /// <summary>The topics of task events that name the container.</summary>
    public IReadOnlyList<string> Topics(string id) =>
    [
        .. _process.Log.Split('\n').Where(l => l.Contains($"\"container_id\":\"{id}\"") && l.Contains(" /tasks/"))
            .Select(l => l.Split(' ').First(w => w.StartsWith("/tasks/"))),
    ];

    public async ValueTask DisposeAsync()
    {
        await _process.KillAsync();
        _scratch.Dispose();
    }
}
