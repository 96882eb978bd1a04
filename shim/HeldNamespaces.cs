using Pods.Linux;

namespace Pods.Shim;

/// <summary>
/// The namespaces of a pod's sandbox, held open from its Create on: its containers join them by a path that cannot go
/// stale, and they outlive a pause process that is killed.
/// </summary>
internal sealed class HeldNamespaces : IDisposable
{
    private static readonly (string Kind, string File)[] _kinds = [("network", "net"), ("ipc", "ipc"), ("uts", "uts"), ("pid", "pid")];

    private readonly Dictionary<string, FileDescriptor> _held = [];

    /// <summary>Null when the process has ended already.</summary>
    public static HeldNamespaces? TryOf(int pid)
    {
        HeldNamespaces namespaces = new();
        try
        {
            foreach ((string kind, string file) in _kinds)
                namespaces._held.Add(kind, Namespaces.Open(pid, file));
            return namespaces;
        }
        catch (LinuxException)
        {
            namespaces.Dispose();
            return null;
        }
    }

    /// <summary>config.json's kind to the path by which the OCI runtime, a child of this process, opens it.</summary>
    public IReadOnlyDictionary<string, string> Paths(bool withPid) => _held
        .Where(n => withPid || n.Key != "pid")
        .ToDictionary(n => n.Key, n => $"/proc/{Environment.ProcessId}/fd/{n.Value.Number}");

    public void Dispose()
    {
        foreach (FileDescriptor descriptor in _held.Values)
            descriptor.Dispose();
    }
}
