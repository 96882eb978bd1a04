namespace Pods.Linux;

/// <summary>Settings of this process that only prctl(2) and signal(2) can change.</summary>
public static unsafe class Prctl
{
    private const nint Ignore = 1;

    public static bool IsSubreaper
    {
        get
        {
            int value;
            // SAFETY: the kernel writes one int.
            Call(LibC.PR_GET_CHILD_SUBREAPER, (nuint)(&value));
            return value != 0;
        }
    }

    public static void BecomeSubreaper() => Call(LibC.PR_SET_CHILD_SUBREAPER, 1);

    /// <summary>With huge pages, each thread's stack and each heap may cost 2 MB that nobody uses. Children inherit it.</summary>
    public static void DisableTransparentHugePages() => Call(LibC.PR_SET_THP_DISABLE, 1);

    public static void AllowTransparentHugePages() => Call(LibC.PR_SET_THP_DISABLE, 0);

    /// <summary>A write to a closed pipe fails with EPIPE from now on, instead of ending the process.</summary>
    public static void IgnoreBrokenPipe() => _ = LibC.signal(LibC.SIGPIPE, Ignore);

    /// <summary>This process group shares hyper-threads with nobody else (core scheduling).</summary>
    public static void CreateCoreSchedulingCookie()
    {
        const nuint create = 1;
        const nuint processGroup = 2;
        Call(LibC.PR_SCHED_CORE, create, 0, processGroup);
    }

    private static void Call(int option, nuint a, nuint b = 0, nuint c = 0)
    {
        if (LibC.prctl(option, a, b, c, 0) < 0) throw LinuxException.Last("prctl", $"option {option}");
    }
}
