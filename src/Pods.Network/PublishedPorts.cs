using System.Diagnostics;

namespace Pods.Network;

/// <summary>
/// Lets connections to published ports reach the pods of a bridge where the host forwards nothing that no rule allows, as beside Docker:
/// CNI's firewall plugin lets a pod's own connections pass and their answers, and no new one to it.
/// </summary>
internal sealed class PublishedPorts(string bridge, TimeSpan limit)
{
    // At the end of the chain, after the administrator's own rules: it stands against the chain's policy only.
    private readonly string[] _rule =
        ["-o", bridge, "-m", "conntrack", "--ctstate", "DNAT", "-m", "comment", "--comment", "pods: published ports", "-j", "ACCEPT"];
    private readonly SemaphoreSlim _gate = new(1);   // or two pods at once would add it twice

    /// <summary>Adds the rule where it is missing: whoever reloads the host's rules takes it away, and the next pod brings it back.</summary>
    /// <exception cref="CniException">iptables refuses: the pod's ports could not be reached.</exception>
    public async Task AllowAsync(bool ofIPv6, CancellationToken cancel)
    {
        // A host without it has no rules of its kind to be let through.
        if (Find(ofIPv6 ? "ip6tables" : "iptables") is not { } program)
            return;
        await _gate.WaitAsync(cancel);
        try
        {
            if ((await RunAsync(program, "-C", cancel)).ExitCode != 0 && await RunAsync(program, "-A", cancel) is { ExitCode: not 0 } failed)
                throw new CniException($"publish ports of {bridge}: {program}: exit {failed.ExitCode}: {failed.Errors.Trim()}");
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<(int ExitCode, string Errors)> RunAsync(string program, string command, CancellationToken cancel)
    {
        ProcessStartInfo start = new(program) { RedirectStandardError = true };
        // Others hold the lock for moments; -w waits for it.
        foreach (string word in (string[])["-w", command, "FORWARD", .. _rule])
            start.ArgumentList.Add(word);
        using CancellationTokenSource soon = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        soon.CancelAfter(limit);
        using Process process = Process.Start(start)!;
        try
        {
            string errors = await process.StandardError.ReadToEndAsync(soon.Token);
            await process.WaitForExitAsync(soon.Token);
            return (process.ExitCode, errors);
        }
        catch (OperationCanceledException e)
        {
            process.Kill();
            cancel.ThrowIfCancellationRequested();
            throw new CniException($"publish ports of {bridge}: {program}: no answer within {limit.TotalSeconds} s", e);
        }
    }

    // A service's PATH may lack them.
    private static string? Find(string program) =>
        new[] { "/usr/sbin", "/sbin" }.Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}
