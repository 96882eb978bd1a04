using Pods.Daemon;

return await PodsDaemon.RunAsync(args);
