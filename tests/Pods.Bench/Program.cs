using Pods.Bench;

// Each benchmark measures ours and what a user would pick instead side by side, in one run, and prints one table.
Dictionary<string, Func<Task>> benchmarks = new()
{
    ["memory"] = ShimMemory.RunAsync,
    ["calls"] = CallTimes.RunAsync,
    ["shim-start"] = StartTime.RunAsync,
    ["execs"] = ExecCrowd.RunAsync,
    ["output"] = OutputCost.RunAsync,
    ["start"] = PodStart.RunAsync,
    ["crowd"] = PodCrowd.RunAsync,
    ["probes"] = ProbeCost.RunAsync,
};

string[] chosen = args.Length > 0 ? args : [.. benchmarks.Keys];
// These take a quarter of an hour, and fail when a shim grows or leaves something: only by name.
benchmarks["soak"] = Soak.RunAsync;
benchmarks["churn"] = Churn.RunAsync;
foreach (string name in chosen)
{
    if (!benchmarks.TryGetValue(name, out Func<Task>? run))
    {
        Console.Error.WriteLine($"bench: unknown benchmark \"{name}\"; known: {string.Join(", ", benchmarks.Keys)}");
        return 2;
    }
    await run();
    Console.WriteLine();
}
return 0;
