using System.Diagnostics;

namespace Pods.Bench;

/// <summary>Times of repeated runs; the machine is noisy, so what is told is the median and the 99th percentile.</summary>
internal sealed class Figures
{
    private readonly List<double> _milliseconds = [];

    public double Median => At(0.5);
    public double P99 => At(0.99);

    public async Task MeasureAsync(Func<Task> action)
    {
        long start = Stopwatch.GetTimestamp();
        await action();
        Add(Stopwatch.GetElapsedTime(start));
    }

    public void Add(TimeSpan time) => _milliseconds.Add(time.TotalMilliseconds);

    public override string ToString() => $"median {Median,7:F1} ms   p99 {P99,7:F1} ms   ({_milliseconds.Count} runs)";

    private double At(double quantile)
    {
        double[] sorted = [.. _milliseconds.Order()];
        return sorted[(int)Math.Min(sorted.Length - 1, quantile * sorted.Length)];
    }
}
