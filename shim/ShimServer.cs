using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Pods.Linux;
using Pods.Ttrpc;

namespace Pods.Shim;

/// <summary>Serves a group of containers until the last one is gone and containerd says so.</summary>
internal static class ShimServer
{
    private const int ListenerNumber = 3;
    // What waits for a daemon that is away at the shim's end; containerd's own shims wait as long.
    private static readonly TimeSpan _lastEvents = TimeSpan.FromSeconds(5);
    // For whoever has told the shim to end to hang up, which containerd does as soon as it has the answer.
    private static readonly TimeSpan _lastCalls = TimeSpan.FromSeconds(5);

    private static readonly uint _ourUser = Files.Status("/proc/self")!.Uid;

    public static async Task RunAsync(ShimFlags flags)
    {
        using Socket listener = InheritedListener();
        ProgramCode.UseOneNativeHeap();
        Prctl.IgnoreBrokenPipe();
        // What the daemon got from its own parent is neither ours nor the containers'.
        FileDescriptor.CloseInheritedOnExec(ListenerNumber + 1);
        Children children = Children.BecomeSubreaper();
        Bundle bundle = new(Directory.GetCurrentDirectory());
        using ShimLog log = ShimLog.Open(bundle.ShimLog, flags.Debug);
        IdleCollection idle = new();
        string daemon = Environment.GetEnvironmentVariable("TTRPC_ADDRESS") ?? flags.Address + ".ttrpc";
        EventPublisher events = new(daemon, flags.Namespace, log);
        using EventLoop streams = EventLoop.Start();
        Pod pod = new(children, streams, events, log, flags.Namespace);
        TtrpcServer server = new(e => RpcErrors.Translate(e, log)) { Accepts = IsOurUser, Worked = idle.Touch };
        TaskMethods tasks = new(new TaskService(pod));
        foreach (string service in TaskMethods.Services)
            server.Add(service, tasks.TryServe);
        server.Add(SandboxMethods.Service, new SandboxMethods(new SandboxService(pod)).TryServe);

        // Asked to stop by init at power-off, say: the containers' ends are init's business then.
        bool isAbandoned = false;
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Abandon);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Abandon);
        // For whoever wonders what a shim is doing: containerd's own shims answer the same signal.
        using PosixSignalRegistration asked = PosixSignalRegistration.Create((PosixSignal)Signals.SIGUSR1, Describe);
        using CancellationTokenSource stopping = new(), cutting = new();
        Task serving = server.ServeAsync(listener, stopping.Token, cutting.Token);
        idle.RunUntil(Task.WhenAny(serving, pod.ShutdownRequested), AbandonIfForsaken);
        // First of all, so that no `start` adopts a shim that is ending.
        if (listener.LocalEndPoint is UnixDomainSocketEndPoint address)
            File.Delete(address.ToString());
        await events.StopAsync(_lastEvents);
        await stopping.CancelAsync();
        if (!isAbandoned)
            await serving.EndsWithinAsync(_lastCalls);
        await cutting.CancelAsync();
        await serving;

        // One without a container is waited for: containerd may still be busy with what it leaves of a Create whose client has gone.
        bool AbandonIfForsaken()
        {
            if (pod.IsForsaken(bundle))
                pod.Forsake();
            return pod.IsEmpty;
        }

        void Describe(PosixSignalContext signal)
        {
            signal.Cancel = true;
            foreach (string line in pod.Describe())
                log.Info(line);
        }

        void Abandon(PosixSignalContext signal)
        {
            signal.Cancel = true;
            isAbandoned = true;
            pod.Abandon();
        }
    }

    private static Socket InheritedListener()
    {
        try
        {
            return UnixSocket.FromInherited(ListenerNumber);
        }
        catch (LinuxException e)
        {
            throw new ArgumentException("no action given (start, delete): only start can begin to serve, with a socket that it makes", e);
        }
    }

    private static bool IsOurUser(Socket peer) => UnixSocket.Peer(peer).Uid == _ourUser;
}
