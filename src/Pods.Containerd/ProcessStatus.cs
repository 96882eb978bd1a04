namespace Pods.Containerd;

/// <summary>containerd's words for where a process stands.</summary>
public enum ProcessStatus
{
    Unknown,
    Created,
    Running,
    Stopped,
    Paused,
    Pausing,
}
