namespace Pods.Shim;

/// <summary>How a process ended: the code, or 128 plus the signal that killed it. An empty exec id means the container's init.</summary>
internal sealed record ProcessExit(string ExecId, int Pid, uint Status, DateTimeOffset At)
{
    public bool IsInit => ExecId.Length == 0;
}
