namespace Pods.Linux;

/// <summary>How a process ended, stamped when it was reaped.</summary>
/// <param name="Status">The exit code, or 128 and the signal's number.</param>
/// <param name="Signal">The signal that ended it, or 0.</param>
public readonly record struct Exit(int Status, int Signal, DateTimeOffset At)
{
    // The encoding of wait(2): the low seven bits are the signal; without one, the next byte is the code.
    internal static Exit FromWaitStatus(int status, DateTimeOffset at)
    {
        int signal = status & 0x7f;
        return signal == 0 ? new((status >> 8) & 0xff, 0, at) : new(128 + signal, signal, at);
    }
}
