using System.Globalization;

namespace Pods.TestKit;

/// <summary>
/// How much longer than on a machine of today a test waits before it gives up: PODS_TEST_PATIENCE, 1 when absent (an emulated machine: 10, CI: 3).
/// </summary>
public static class Patience
{
    private static readonly double s_factor =
        double.TryParse(Environment.GetEnvironmentVariable("PODS_TEST_PATIENCE"), CultureInfo.InvariantCulture, out double factor) ? factor : 1;

    public static TimeSpan For(TimeSpan limit) => limit * s_factor;
}
