using System.Diagnostics;
using Cri.Runtime.V1;
using Pods.EndToEnd.Tests;
using Pods.Grpc;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>
/// The same pods by containerd's own CRI plugin and shim, over a network of the same kind, asked as crictl asks (Debian does not
/// ship crictl) but with all pods at once and no process per question: the fastest that a CRI client can be.
/// </summary>
internal static class CriCrowd
{
    private const string PauseImage = "registry.k8s.io/pause:3.10";

    public static async Task<double> PodsPerSecondAsync(int count)
    {
        using ScratchDirectory scratch = new();
        string bridge = Unique.Id("ptc")[..12];
        WriteNetwork(scratch, bridge);
        await using ContainerdDaemon containerd = await ContainerdDaemon.StartAsync(new()
        {
            Cri = true,
            ExtraConfig = CriConfig.Of(PauseImage, scratch.File("net.d")),
        });
        try
        {
            await ShimMemory.ImportAsync(containerd);
            await containerd.ImportAsync(Path.Combine(Repository.Bin, "..", "pause.tar"));
            await using GrpcChannel channel = GrpcChannel.ForUnixSocket(containerd.Address);
            RuntimeService.RuntimeServiceClient cri = new(channel.CreateCallInvoker());
            long start = Stopwatch.GetTimestamp();
            string[] sandboxes = await Task.WhenAll(Enumerable.Range(0, count).Select(i => RunAsync(cri, $"crowd-{i}", scratch.Path)));
            double perSecond = count / Stopwatch.GetElapsedTime(start).TotalSeconds;
            foreach (string sandbox in sandboxes)
            {
                await cri.StopPodSandboxAsync(new() { PodSandboxId = sandbox });
                await cri.RemovePodSandboxAsync(new() { PodSandboxId = sandbox });
            }
            return perSecond;
        }
        finally
        {
            await Command.RunAsync("ip", ["link", "delete", bridge]);
        }
    }

    private static async Task<string> RunAsync(RuntimeService.RuntimeServiceClient cri, string name, string logs)
    {
        PodSandboxConfig pod = new()
        {
            Metadata = new() { Name = name, Uid = Unique.Id("uid"), Namespace = "default" },
            LogDirectory = Path.Combine(logs, name),
            Linux = new(),
        };
        string sandbox = (await cri.RunPodSandboxAsync(new() { Config = pod })).PodSandboxId;
        string container = (await cri.CreateContainerAsync(new()
        {
            PodSandboxId = sandbox,
            SandboxConfig = pod,
            Config = new()
            {
                Metadata = new() { Name = "main" },
                Image = new() { Image = PodsDaemon.Image },
                Command = { "sh", "-c", "exec sleep 1000000" },
                LogPath = "main.log",
                Linux = new(),
            },
        })).ContainerId;
        await cri.StartContainerAsync(new() { ContainerId = container });
        return sandbox;
    }

    private static void WriteNetwork(ScratchDirectory scratch, string bridge)
    {
        Directory.CreateDirectory(scratch.File("net.d"));
        File.WriteAllText(scratch.File("net.d/10-test.conflist"), $$$"""
            {"cniVersion": "1.0.0", "name": "test", "plugins": [
              {"type": "bridge", "bridge": "{{{bridge}}}", "isGateway": true, "ipMasq": true, "hairpinMode": true,
               "ipam": {"type": "host-local", "dataDir": "{{{scratch.File("ipam")}}}",
                        "ranges": [[{"subnet": "10.86.0.0/20"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
              {"type": "portmap", "capabilities": {"portMappings": true}, "snat": true}]}
            """);
    }
}
