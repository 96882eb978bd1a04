using System.Diagnostics;
using Pods.Linux;

namespace Pods.Network;

/// <summary>
/// Plugins that a podsd which was killed has left running. Until they have ended nothing of their sandbox can be undone: an address
/// that one of them takes afterwards would be lost for good.
/// </summary>
internal sealed class OrphanedPlugins
{
    private readonly ILookup<string, int> _pids;   // by sandbox
    private readonly TimeSpan _limit;

    /// <param name="sandboxIds">Those that have been begun.</param>
    /// <param name="limit">What a plugin may take; after it, it is killed.</param>
    public OrphanedPlugins(IReadOnlyList<string> sandboxIds, TimeSpan limit)
    {
        _limit = limit;
        // They pass it on to the programs they run themselves.
        _pids = (sandboxIds.Count == 0 ? [] : RunningProcesses.WithVariable("CNI_CONTAINERID").Where(p => sandboxIds.Contains(p.Value)))
            .ToLookup(p => p.Value, p => p.Pid);
    }

    /// <summary>Done when those of that sandbox have ended.</summary>
    public Task EndAsync(string sandboxId, CancellationToken cancel) => Task.WhenAll(_pids[sandboxId].Select(pid => EndAsync(pid, cancel)));

    private async Task EndAsync(int pid, CancellationToken cancel)
    {
        using Process? process = Find(pid);
        if (process is null)
            return;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static Process? Find(int pid)
    {
        try
        {
            return Process.GetProcessById(pid);
        }
        catch (ArgumentException)
        {
            return null;   // it has ended
        }
    }
}
