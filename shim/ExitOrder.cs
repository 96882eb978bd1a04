namespace Pods.Shim;

/// <summary>
/// Decides when the exits of one container may be told: after the process's own start was told, and init's after every exec's.
/// Pure; the container asks it under its gate and acts on the answer, in the answer's order.
/// </summary>
/// <remarks>kubelet and podsd free the container on the exit of init, so an exec's exit that came later would be lost on them.</remarks>
internal sealed class ExitOrder
{
    private readonly HashSet<string> _held = [];
    private readonly HashSet<string> _runningExecs = [];
    private readonly List<ProcessExit> _waiting = [];

    /// <summary>True from the moment init's exit is known, told or not: no exec may start from then on.</summary>
    public bool InitHasExited { get; private set; }

    /// <summary>Counts an exec as running, from before its fork; false when init has ended.</summary>
    public bool TryAdmitExec(string execId)
    {
        if (InitHasExited)
            return false;
        _runningExecs.Add(execId);
        return true;
    }

    /// <summary>Init has died: nothing may start beside it any more, though its exit may not be told yet.</summary>
    public void RefuseExecs() => InitHasExited = true;

    /// <summary>Keeps the exit of a process back until its start has been told.</summary>
    public void Hold(string execId) => _held.Add(execId);

    public IReadOnlyList<ProcessExit> Release(string execId)
    {
        _held.Remove(execId);
        return Due();
    }

    /// <summary>An admitted exec that never came to run, and so will have no exit.</summary>
    public IReadOnlyList<ProcessExit> ExecFailed(string execId)
    {
        _held.Remove(execId);
        _runningExecs.Remove(execId);
        return Due();
    }

    public IReadOnlyList<ProcessExit> Exited(ProcessExit exit)
    {
        InitHasExited |= exit.IsInit;
        _waiting.Add(exit);
        return Due();
    }

    private List<ProcessExit> Due()
    {
        List<ProcessExit> due = [];
        foreach (ProcessExit exit in _waiting)
        {
            if (!exit.IsInit && !_held.Contains(exit.ExecId))
            {
                due.Add(exit);
                _runningExecs.Remove(exit.ExecId);
            }
        }
        ProcessExit? init = _waiting.Find(e => e.IsInit);
        if (init is not null && _runningExecs.Count == 0 && !_held.Contains(init.ExecId))
            due.Add(init);
        _waiting.RemoveAll(due.Contains);
        return due;
    }
}
