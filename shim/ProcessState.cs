namespace Pods.Shim;

/// <summary>Where a process of a container is in its life; what State answers.</summary>
internal enum ProcessState
{
    Created,
    Running,
    Pausing,
    Paused,
    Stopped,
    Deleted,
}

internal enum ProcessEvent
{
    Started,
    Suspending,
    Suspended,
    Resumed,
    Exited,
    Removed,
}

/// <summary>The only place that knows which change of state is legal.</summary>
internal static class ProcessStates
{
    public static ProcessState? Next(ProcessState from, ProcessEvent happened) => (from, happened) switch
    {
        (ProcessState.Created, ProcessEvent.Started) => ProcessState.Running,
        (ProcessState.Running, ProcessEvent.Suspending) => ProcessState.Pausing,
        (ProcessState.Pausing, ProcessEvent.Suspended) => ProcessState.Paused,
        // A pause that failed leaves the process running, as does a resume.
        (ProcessState.Pausing or ProcessState.Paused, ProcessEvent.Resumed) => ProcessState.Running,
        (not ProcessState.Stopped and not ProcessState.Deleted, ProcessEvent.Exited) => ProcessState.Stopped,
        (ProcessState.Created or ProcessState.Stopped, ProcessEvent.Removed) => ProcessState.Deleted,
        _ => null,
    };

    public static string Word(this ProcessState state) => state switch
    {
        ProcessState.Created => "created",
        ProcessState.Running => "running",
        ProcessState.Pausing => "pausing",
        ProcessState.Paused => "paused",
        ProcessState.Stopped => "stopped",
        _ => "deleted",
    };

    public static string Verb(this ProcessEvent happened) => happened switch
    {
        ProcessEvent.Started => "start",
        ProcessEvent.Suspending or ProcessEvent.Suspended => "pause",
        ProcessEvent.Resumed => "resume",
        ProcessEvent.Exited => "end",
        _ => "delete",
    };
}
