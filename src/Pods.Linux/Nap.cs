namespace Pods.Linux;

/// <summary>A sleep of less than a millisecond, which the framework does not have.</summary>
public static class Nap
{
    /// <summary>At least as long; a signal may end it early.</summary>
    public static void Microseconds(int count) => _ = LibC.usleep((uint)count);
}
