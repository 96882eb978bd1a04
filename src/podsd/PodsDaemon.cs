using Pods.Containerd;
using Pods.Daemon.Access;
using Pods.Daemon.Api;
using Pods.Daemon.Settings;
using Pods.Manifests;
using Pods.Network;
using Pods.Node;

namespace Pods.Daemon;

/// <summary>podsd from its command line to its end: its parts, in the order in which they are made.</summary>
internal static class PodsDaemon
{
    // Of --remove-pods: a containerd that only just starts has this long; and no pod more than what the package waits for.
    private static readonly TimeSpan ContainerdPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RemovalLimit = TimeSpan.FromMinutes(4);

    public static string Version { get; } = typeof(PodsDaemon).Assembly.GetName().Version!.ToString(3);

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            DaemonSettings? settings = SettingsCommandLine.Parse([.. args.Where(a => a != SettingsCommandLine.RemovePods)], Console.Out);
            return settings is null ? 0
                : args.Contains(SettingsCommandLine.RemovePods) ? await RemovePodsAsync(settings) : await ServeAsync(settings);
        }
        catch (SettingsException e)
        {
            Console.Error.WriteLine("podsd: " + e.Message);
            return 2;
        }
        catch (ManifestException e)
        {
            Console.Error.WriteLine("podsd: " + e.Message);
            return 2;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            Console.Error.WriteLine("podsd: " + e.Message);
            return 1;
        }
    }

    /// <summary>No API and nothing new: the ends of the pods that there are. The package runs it before it takes the programs away.</summary>
    private static async Task<int> RemovePodsAsync(DaemonSettings settings)
    {
        using RootLock root = RootLock.Take(settings.Node.Root);
        using CancellationTokenSource stop = new();
        Action<string> log = line => Console.Error.WriteLine("podsd: " + line);
        await using NodeParts parts = NodeParts.Create(settings.Node, settings.Images, settings.Network, new(TimeProvider.System), log);
        Task node = parts.Node.RunAsync(stop.Token);
        int count;
        try
        {
            // The node ends first only by a fault of its own, which is thrown here.
            await await Task.WhenAny(node, ExpectContainerdAsync(parts, settings.Node));
            Task<int> removal = parts.Node.DeleteAllAsync(RemovalLimit, stop.Token);
            await await Task.WhenAny(node, removal);
            count = await removal;
        }
        finally
        {
            await stop.CancelAsync();
        }
        await node;
        Console.WriteLine($"podsd: pods removed: {count}");
        return 0;
    }

    /// <summary>The first look at containerd may take its time, as it ends what belongs to no pod: so long as containerd answers at all.</summary>
    private static async Task ExpectContainerdAsync(NodeParts parts, NodeOptions options)
    {
        if (await Task.WhenAny(parts.Node.Ready, Task.Delay(ContainerdPatience)) == parts.Node.Ready)
            return;
        using CancellationTokenSource limit = new(ContainerdPatience);
        try
        {
            await parts.Services.Containerd.Namespaces.EnsureAsync(options.ContainerdNamespace, limit.Token);
        }
        catch (Exception e) when (e is ContainerdException or OperationCanceledException)
        {
            throw new InvalidOperationException($"containerd at \"{options.ContainerdAddress}\" does not answer: its pods stay as they are", e);
        }
    }

    private static async Task<int> ServeAsync(DaemonSettings settings)
    {
        using RootLock root = RootLock.Take(settings.Node.Root);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = settings.Node.Root });
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Information);
        if (Journal.OfStandardError() is { } journal)
            builder.Logging.AddProvider(journal);
        else
            builder.Logging.AddSimpleConsole(o => o.SingleLine = true);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(10));
        ApiSocket.Prepare(settings.Socket);
        HostAddress address = new(TimeProvider.System);
        using ApiAccess? access = settings.Listen is null ? null : TlsPort.Open(settings, address.Current);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;   // archives are large; the manifests' own limit is the reader's
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.ListenUnixSocket(settings.Socket);
            if (access is not null)
                TlsPort.Listen(kestrel, settings.Listen!, access);
        });
        WebApplication app = builder.Build();
        ILogger logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("podsd");
        await using NodeParts parts = NodeParts.Create(settings.Node, settings.Images, settings.Network, address,
            line => logger.LogInformation("{Line}", line));
        parts.Services.Events.News += happened => Journal.Log(logger, happened);
        ApiRoutes.Map(app, parts.Node, access, new ImageRequests(parts.Services), new AccessRequests(settings, address.Current, access));
        StaticManifests manifests = new(parts.Node, settings.Node.ManifestDirectory);
        new NodeRequests(parts.Services, manifests).Map(app);
        app.UseWebSockets();
        app.Lifetime.ApplicationStarted.Register(() => ApiSocket.Open(settings.Socket, logger));
        CancellationToken stopping = app.Lifetime.ApplicationStopping;
        Task[] duties =
        [
            parts.Node.RunAsync(stopping), manifests.RunAsync(stopping), new WorkloadController(parts.Node).RunAsync(stopping),
            new DiskUpkeep(parts.Services).RunAsync(stopping), new LocalStorage(parts.Node).RunAsync(stopping),
            MemoryUpkeep.RunAsync(stopping),
        ];
        _ = parts.Node.Ready.ContinueWith(_ => SystemdNotifier.Ready(), TaskScheduler.Default);
        logger.LogInformation("podsd {Version} on {Socket}, root {Root}, containerd {Address}",
            Version, settings.Socket, settings.Node.Root, settings.Node.ContainerdAddress);
        using Timer? watchdog = SystemdNotifier.StartWatchdog();
        // Without any of them the API would go on answering for what nobody looks after: systemd starts podsd anew.
        foreach (Task duty in duties)
            _ = duty.ContinueWith(failed =>
            {
                logger.LogCritical("podsd ends, for a fault of its own: {Fault}", failed.Exception!.InnerException);
                app.Lifetime.StopApplication();
            }, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        await app.RunAsync();
        SystemdNotifier.Stopping();
        await Task.WhenAll(duties);
        File.Delete(settings.Socket);
        return 0;
    }
}
