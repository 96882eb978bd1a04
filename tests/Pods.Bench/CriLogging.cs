using System.Diagnostics;
using Cri.Runtime.V1;
using Pods.EndToEnd.Tests;
using Pods.Grpc;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>
/// The counterpart of our pods-log: a pod made through CRI with the stock shim, whose output containerd's own CRI plugin copies
/// into the log that a kubelet reads. The output has passed through two processes by then, so the time of both counts.
/// </summary>
internal sealed class CriLogging : IAsyncDisposable
{
    private readonly ScratchDirectory _logs = new();
    private readonly ContainerdDaemon _containerd;
    private readonly GrpcChannel _channel;
    private readonly RuntimeService.RuntimeServiceClient _cri;
    private readonly PodSandboxConfig _pod;
    private string _sandbox = "";

    private CriLogging(ContainerdDaemon containerd)
    {
        _containerd = containerd;
        _channel = GrpcChannel.ForUnixSocket(containerd.Address);
        _cri = new(_channel.CreateCallInvoker());
        // The machine's network: CNI is no part of this.
        _pod = new()
        {
            Metadata = new() { Name = "output", Uid = Unique.Id("uid"), Namespace = "default" },
            LogDirectory = _logs.Path,
            Linux = new() { SecurityContext = new() { NamespaceOptions = new() { Network = NamespaceMode.Node } } },
        };
    }

    public static async Task<CriLogging> StartAsync(string version)
    {
        const string pause = "registry.k8s.io/pause:3.10";
        ContainerdDaemon containerd = await ContainerdDaemon.StartAsync(ContainerdVersions.Options(version) with
        {
            Cri = true,
            ExtraConfig = $"""
                [plugins."io.containerd.grpc.v1.cri"]
                  sandbox_image = "{pause}"
                  restrict_oom_score_adj = true
                """,
        });
        CriLogging cri = new(containerd);
        try
        {
            await ShimMemory.ImportAsync(containerd);
            await containerd.ImportAsync(Path.Combine(Repository.Bin, "..", "pause.tar"));
            cri._sandbox = (await cri._cri.RunPodSandboxAsync(new() { Config = cri._pod })).PodSandboxId;
            return cri;
        }
        catch
        {
            await cri.DisposeAsync();
            throw;
        }
    }

    /// <summary>Until the container has ended and the last of its output is in the log.</summary>
    public async Task<(TimeSpan Time, TimeSpan Processor)> RunAsync(string[] command)
    {
        ContainerConfig config = new()
        {
            Metadata = new() { Name = Unique.Id("lines") }, Image = new() { Image = PodsDaemon.Image }, LogPath = Unique.Id("log"), Linux = new(),
        };
        config.Command.AddRange([.. command[..^1], command[^1] + "; echo the end"]);
        string id = (await _cri.CreateContainerAsync(new() { PodSandboxId = _sandbox, SandboxConfig = _pod, Config = config })).ContainerId;
        // The sandbox's shim serves its containers.
        int shim = _containerd.Shims().Single();
        TimeSpan before = Processor(shim);
        long start = Stopwatch.GetTimestamp();
        await _cri.StartContainerAsync(new() { ContainerId = id });
        string log = _logs.File(config.LogPath);
        await Eventually.True(() => EndsWith(log, " stdout F the end\n"), "the log has its last line", TimeSpan.FromMinutes(2));
        (TimeSpan, TimeSpan) cost = (Stopwatch.GetElapsedTime(start), Processor(shim) - before);
        await Eventually.True(
            async () => (await _cri.ContainerStatusAsync(new() { ContainerId = id })).Status.State == ContainerState.ContainerExited, "it has ended");
        await _cri.RemoveContainerAsync(new() { ContainerId = id });
        File.Delete(log);
        return cost;
    }

    public async ValueTask DisposeAsync()
    {
        if (_sandbox.Length > 0)
        {
            await _cri.StopPodSandboxAsync(new() { PodSandboxId = _sandbox });
            await _cri.RemovePodSandboxAsync(new() { PodSandboxId = _sandbox });
        }
        await _channel.DisposeAsync();
        await _containerd.DisposeAsync();
        _logs.Dispose();
    }

    private TimeSpan Processor(int shim) => OutputCost.ProcessorTime(shim) + OutputCost.ProcessorTime(_containerd.Pid);

    private static bool EndsWith(string path, string text)
    {
        using FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        if (file.Length < text.Length)
            return false;
        file.Seek(-text.Length, SeekOrigin.End);
        byte[] end = new byte[text.Length];
        file.ReadExactly(end);
        return System.Text.Encoding.ASCII.GetString(end) == text;
    }
}
