namespace Pods.Linux;

/// <summary>
/// Lets the shim learn the exit of a container's first process, which runc starts and leaves to us, even if that process has
/// ended before runc has told its number.
/// </summary>
public sealed class OrphanWatch : IDisposable
{
    private readonly Children _children;

    internal OrphanWatch(Children children) => _children = children;

    // Exits nobody had asked for while this watch was open; guarded by the children's gate.
    internal Dictionary<int, Exit> Exits { get; } = [];

    /// <summary>The exit of a process that is, or was during this watch, our child: past or to come.</summary>
    public Task<Exit> Claim(int pid) => _children.Claim(pid, this);

    public void Dispose() => _children.Close(this);
}
