using Cri.Runtime.V1;
using Grpc.Core;
using Pods.TestKit;
using Pods.Ttrpc;
using SandboxApi = Containerd.Runtime.Sandbox.V1.Sandbox;
using TaskApi = Containerd.Task.V3.Task;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>Pods of CRI whose sandbox is the shim itself (sandboxer "shim"): no pause image, no pause container, no run of runc for it.</summary>
public sealed class SandboxTests(Containerd2.Host host, CriPodTests.PodNetwork network) : CriPodTests(host, network)
{
    [SkippableFact]
    public async Task Two_containers_share_what_a_small_process_of_the_shim_holds()
    {
        await StartAsync();
        PodSandboxConfig pod = Pod("web", NamespaceMode.Container);
        string sandbox = await RunAsync(pod);
        string first = await AddAsync(sandbox, pod, "first"), second = await AddAsync(sandbox, pod, "second");
        int shim = Assert.Single(Host.Daemon.Shims());
        ProcessEntry holder = Holder(sandbox);
        Assert.Equal(shim, holder.Parent);
        Assert.Equal(3, ProcessTable.ChildrenOf(shim).Count());
        Assert.False(Directory.Exists($"/run/containerd/runc/k8s.io/{sandbox}"), "the OCI runtime knows no sandbox");
        foreach (ProcessEntry app in ProcessTable.ChildrenOf(shim).Where(p => p.Pid != holder.Pid))
        {
            foreach (string kind in (string[])["net", "ipc", "uts"])
                Assert.Equal(ProcessTable.Namespace(holder.Pid, kind), ProcessTable.Namespace(app.Pid, kind));
            foreach (string kind in (string[])["mnt", "pid"])
                Assert.NotEqual(ProcessTable.Namespace(holder.Pid, kind), ProcessTable.Namespace(app.Pid, kind));
        }
        Assert.NotEqual(ProcessTable.Namespace(Environment.ProcessId, "net"), ProcessTable.Namespace(holder.Pid, "net"));

        Assert.Equal("web\nweb\n", await ExecAsync(first, "hostname; cat /etc/hostname"));
        Assert.Equal("search test.local\nnameserver 10.1.2.3\noptions ndots:2\n", await ExecAsync(first, "cat /etc/resolv.conf"));
        Assert.Contains("127.0.0.1", await ExecAsync(second, "cat /etc/hosts"));
        Assert.Equal("1\n0\n", await ExecAsync(second, "cat /proc/sys/kernel/shm_rmid_forced /proc/sys/net/ipv4/ip_unprivileged_port_start"));
        await ExecAsync(first, "echo shared > /dev/shm/memory");
        Assert.Equal("shared\n", await ExecAsync(second, "cat /dev/shm/memory"));
        MemoryFigures weight = MemoryFigures.Of(holder.Pid);
        Assert.True(weight.PrivateDirtyKb <= 128, $"the holder weighs {weight}");
        Assert.Contains("\nUid:\t65535\t", await File.ReadAllTextAsync($"/proc/{holder.Pid}/status"));
        Assert.Equal(["pause"], Directory.GetFileSystemEntries($"/proc/{holder.Pid}/root").Select(Path.GetFileName));
        await MemoryBudget.Idle.CheckAsync(shim);
        await RemoveAsync(sandbox, first);
    }

    [SkippableFact]
    public async Task Holder_is_the_first_process_of_a_shared_namespace_and_reaps_its_orphans()
    {
        await StartAsync();
        PodSandboxConfig pod = Pod("shared", NamespaceMode.Pod);
        string sandbox = await RunAsync(pod);
        string first = await AddAsync(sandbox, pod, "first"), second = await AddAsync(sandbox, pod, "second");
        ProcessEntry holder = Holder(sandbox);
        Assert.StartsWith("pause", await ExecAsync(first, "tr '\\0' ' ' < /proc/1/cmdline"));
        // Each sees the other's process, and nobody sees the machine through the first one's root.
        Assert.Equal("2\n", await ExecAsync(second, "grep -l sleep /proc/[0-9]*/comm | wc -l"));
        Assert.Equal("denied\n", await ExecAsync(second, "ls /proc/1/root/ >/dev/null 2>&1 && echo seen || echo denied"));
        await ExecAsync(first, "(sh -c 'sleep 0.1 & exit 0' &)");
        await Eventually.True(() => !ProcessTable.ChildrenOf(holder.Pid).Any(), "the holder has no children, dead or alive");
        await RemoveAsync(sandbox);
    }

    [SkippableFact]
    public async Task Pod_without_its_holder_is_not_ready_and_goes_like_any_other()
    {
        await StartAsync();
        PodSandboxConfig pod = Pod("headless", NamespaceMode.Container);
        string sandbox = await RunAsync(pod), app = await AddAsync(sandbox, pod, "app");
        Assert.Equal(PodSandboxState.SandboxReady, await StateAsync(sandbox));
        Native.Kill(Holder(sandbox).Pid);
        await Eventually.True(async () => await StateAsync(sandbox) == PodSandboxState.SandboxNotready, "its end is known");
        Assert.Equal("on\n", await ExecAsync(app, "echo on"));
        await RemoveAsync(sandbox);
    }

    [SkippableFact]
    public async Task Pod_of_a_shim_that_was_killed_leaves_nothing()
    {
        await StartAsync();
        PodSandboxConfig pod = Pod("killed", NamespaceMode.Container);
        string sandbox = await RunAsync(pod), app = await AddAsync(sandbox, pod, "app");
        int holder = Holder(sandbox).Pid;
        Native.Kill(Assert.Single(Host.Daemon.Shims()));
        await Eventually.True(() => ProcessTable.Find(holder) is null or { State: 'Z' }, "delete has ended the holder");
        await Eventually.True(async () => await StateAsync(sandbox) == PodSandboxState.SandboxNotready, "its end is known");
        // To containerd a container runs until it has heard of its end; it removes none before, whatever the shim.
        await Eventually.True(
            async () => (await Cri.ContainerStatusAsync(new() { ContainerId = app })).Status.State == ContainerState.ContainerExited, "its end is known");
        await RemoveAsync(sandbox);
    }

    [SkippableFact]
    public async Task Pod_outlives_the_daemon()
    {
        await StartAsync();
        PodSandboxConfig pod = Pod("lasting", NamespaceMode.Container);
        string sandbox = await RunAsync(pod), app = await AddAsync(sandbox, pod, "app");
        await Host.Daemon.KillAsync();
        await Host.Daemon.StartAgainAsync();
        await ConnectAsync();
        await Eventually.True(async () => await StateAsync(sandbox) == PodSandboxState.SandboxReady, "the pod is known again");
        Assert.Equal("on\n", await ExecAsync(app, "echo on"));
        string late = await AddAsync(sandbox, pod, "late");
        Assert.Equal("lasting\n", await ExecAsync(late, "hostname"));
        await RemoveAsync(sandbox);
    }

    [SkippableFact]
    public async Task What_is_not_the_pods_own_is_refused_and_leaves_nothing()
    {
        await StartAsync();
        PodSandboxConfig pod = Pod("greedy", NamespaceMode.Container);
        pod.Linux.Sysctls["kernel.panic"] = "1";
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => RunAsync(pod));
        Assert.Contains("sysctl \"kernel.panic\" is not in a separate kernel namespace", refused.Status.Detail);
        pod.Linux.Sysctls.Remove("kernel.panic");
        pod.Linux.Sysctls["net.no.such.setting"] = "1";
        refused = await Assert.ThrowsAsync<RpcException>(() => RunAsync(pod));
        Assert.Contains("/proc/sys/net/no/such/setting", refused.Status.Detail);
        await ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Sandbox_answers_for_itself_and_for_no_other()
    {
        await StartAsync();
        string sandbox = await RunAsync(Pod("asked", NamespaceMode.Container));
        string address = await File.ReadAllTextAsync(Path.Combine(BundleOf(sandbox), "address"));
        await using TtrpcChannel channel = await TtrpcChannel.ConnectAsync(address["unix://".Length..], CancellationToken.None);
        SandboxApi.SandboxClient shim = new(channel.CreateCallInvoker());
        await shim.PingSandboxAsync(new() { SandboxId = sandbox });
        Assert.Equal("linux", (await shim.PlatformAsync(new() { SandboxId = sandbox })).Platform.Os);
        Assert.Equal("SANDBOX_READY", (await shim.SandboxStatusAsync(new() { SandboxId = sandbox })).State);
        // A second of either, a stranger, and a pod that nobody gave a cgroup.
        Assert.Equal(StatusCode.AlreadyExists, await CodeAsync(shim.CreateSandboxAsync(new() { SandboxId = "other", BundlePath = Scratch.Path })));
        Assert.Equal(StatusCode.FailedPrecondition, await CodeAsync(shim.StartSandboxAsync(new() { SandboxId = sandbox })));
        Assert.Equal(StatusCode.NotFound, await CodeAsync(shim.PingSandboxAsync(new() { SandboxId = "other" })));
        Assert.Equal(StatusCode.NotFound, await CodeAsync(shim.SandboxMetricsAsync(new() { SandboxId = sandbox })));
        // The end is told once and for all, and a Shutdown of the tasks ends no sandbox.
        await new TaskApi.TaskClient(channel.CreateCallInvoker()).ShutdownAsync(new() { Id = sandbox });
        await shim.StopSandboxAsync(new() { SandboxId = sandbox });
        await shim.StopSandboxAsync(new() { SandboxId = sandbox });
        Assert.Equal(137u, (await shim.WaitSandboxAsync(new() { SandboxId = sandbox })).ExitStatus);
        Assert.Equal("SANDBOX_NOTREADY", (await shim.SandboxStatusAsync(new() { SandboxId = sandbox })).State);
        await RemoveAsync(sandbox);
    }

    [SkippableFact]
    public async Task Figures_of_a_pod_are_those_of_its_cgroup()
    {
        await StartAsync();
        PodSandboxConfig pod = Pod("measured", NamespaceMode.Container);
        string cgroup = Unique.Id("pods-sandbox");
        pod.Linux.CgroupParent = "/" + cgroup;
        try
        {
            string sandbox = await RunAsync(pod), first = await AddAsync(sandbox, pod, "first");
            await AddAsync(sandbox, pod, "second");
            await ExecAsync(first, "dd if=/dev/zero of=/dev/shm/memory bs=1048576 count=8 2>/dev/null");
            string address = await File.ReadAllTextAsync(Path.Combine(BundleOf(sandbox), "address"));
            await using TtrpcChannel channel = await TtrpcChannel.ConnectAsync(address["unix://".Length..], CancellationToken.None);
            SandboxApi.SandboxClient shim = new(channel.CreateCallInvoker());
            var metrics = (await shim.SandboxMetricsAsync(new() { SandboxId = sandbox })).Metrics;
            Assert.Equal(sandbox, metrics.Id);
            // Of both containers, and of what they share.
            (ulong pids, ulong memory, ulong cpu) = Figures(metrics.Data);
            Assert.Equal(2ul, pids);
            Assert.True(memory >= 8 << 20, $"{memory} bytes");
            Assert.True(cpu > 0);
            await RemoveAsync(sandbox);
        }
        finally
        {
            // The runtime makes the cgroup of a pod and leaves it to whoever named it: the kubelet.
            foreach (string tree in Directory.GetDirectories("/sys/fs/cgroup").Prepend("/sys/fs/cgroup"))
                if (Directory.Exists(Path.Combine(tree, cgroup)))
                    await Eventually.True(() => TryRemove(Path.Combine(tree, cgroup)), $"{tree}/{cgroup} is empty");
        }
    }

    private static (ulong Pids, ulong Memory, ulong Cpu) Figures(Google.Protobuf.WellKnownTypes.Any figures)
    {
        if (figures.TypeUrl == "io.containerd.cgroups.v2.Metrics")
        {
            var unified = global::Containerd.Cgroups.V2.Metrics.Parser.ParseFrom(figures.Value);
            return (unified.Pids.Current, unified.Memory.Usage, unified.Cpu.UsageUsec);
        }
        Assert.Equal("io.containerd.cgroups.v1.Metrics", figures.TypeUrl);
        var metrics = global::Containerd.Cgroups.V1.Metrics.Parser.ParseFrom(figures.Value);
        return (metrics.Pids.Current, metrics.Memory.Usage.Usage, metrics.Cpu.Usage.Total);
    }

    private static bool TryRemove(string cgroup)
    {
        try
        {
            Directory.Delete(cgroup);
            return true;
        }
        catch (IOException)
        {
            return false;   // its processes are still being buried
        }
    }

    private static async Task<StatusCode> CodeAsync<T>(AsyncUnaryCall<T> call) =>
        (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode;

    private PodSandboxConfig Pod(string name, NamespaceMode pids)
    {
        PodSandboxConfig pod = Pod(name, new NamespaceOption { Pid = pids });
        pod.DnsConfig = new() { Servers = { "10.1.2.3" }, Searches = { "test.local" }, Options = { "ndots:2" } };
        pod.Linux.Sysctls["kernel.shm_rmid_forced"] = "1";
        return pod;
    }

    private async Task<string> RunAsync(PodSandboxConfig pod) =>
        (await Cri.RunPodSandboxAsync(new() { Config = pod, RuntimeHandler = "pods" })).PodSandboxId;

    private async Task<string> AddAsync(string sandbox, PodSandboxConfig pod, string name)
    {
        string id = (await Cri.CreateContainerAsync(new()
        {
            PodSandboxId = sandbox, SandboxConfig = pod,
            Config = new()
            {
                Metadata = new() { Name = name }, Image = new() { Image = ShimHost.Image }, LogPath = $"{name}.log", Command = { "sleep", "1000" },
                Linux = new() { SecurityContext = new() { NamespaceOptions = pod.Linux.SecurityContext.NamespaceOptions } },
            },
        })).ContainerId;
        await Cri.StartContainerAsync(new() { ContainerId = id });
        return id;
    }

    /// <summary>Null while containerd starts, and while it finds out that the shim is dead: it answers with what the connection says.</summary>
    private async Task<PodSandboxState?> StateAsync(string sandbox)
    {
        try
        {
            return (await Cri.PodSandboxStatusAsync(new() { PodSandboxId = sandbox })).Status.State;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable || e.Status.Detail.Contains("ttrpc: closed"))
        {
            return null;
        }
    }

    private string BundleOf(string sandbox) => Path.Combine(Host.Daemon.State, "io.containerd.sandbox.controller.v1.shim/k8s.io", sandbox);

    private ProcessEntry Holder(string sandbox) => ProcessTable.All().Single(p => p.CommandLine.Contains($"sandbox={BundleOf(sandbox)}"));

    private async Task RemoveAsync(string sandbox, string? container = null)
    {
        if (container is not null)
            await Cri.StopContainerAsync(new() { ContainerId = container, Timeout = 0 });
        await RemoveSandboxAsync(sandbox);
        await ExpectNothingLeftAsync();
    }

    private async Task ExpectNothingLeftAsync()
    {
        await Host.ExpectNothingLeftAsync();
        string bundles = Path.GetDirectoryName(BundleOf("x"))!;
        await Eventually.True(() => !Directory.Exists(bundles) || Directory.GetDirectories(bundles).Length == 0, "the sandbox's bundle is gone");
        Assert.Empty(MountTable.Below(bundles));
    }

    private Task StartAsync() => StartAsync("test.local/there-is-no-pause-image:1", $"""
        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.pods]
          runtime_type = "{ShimHost.Runtime}"
          sandboxer = "shim"
        """);
}
