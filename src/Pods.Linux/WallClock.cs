namespace Pods.Linux;

/// <summary>What the kernel knows of the machine's clock; `pods doctor` tells it.</summary>
public static unsafe class WallClock
{
    // The kernel counts the error up to this from the last time that anybody corrected the clock; timedatectl draws the same line.
    private const long LargestErrorMicroseconds = 16_000_000;

    /// <summary>Whether somebody keeps it to the real time; null when the kernel does not say.</summary>
    public static bool? IsSynchronised()
    {
        LibC.TimeX state = default;   // modes 0: asks only, which anybody may
        // SAFETY: the kernel fills a structure of the size that LibC.TimeX has, and keeps no pointer to it.
        return LibC.adjtimex(&state) < 0 ? null : state.maxerror < LargestErrorMicroseconds;
    }
}
