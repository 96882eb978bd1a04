using Pods.Cli;

return await CommandLine.RunAsync(args, Terminals.Standard());
