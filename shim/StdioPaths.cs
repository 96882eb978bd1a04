namespace Pods.Shim;

/// <summary>Where a client wants a process's streams: a fifo, file://, binary:// or pods-log://, or empty for /dev/null.</summary>
internal sealed record StdioPaths(string Stdin, string Stdout, string Stderr, bool Terminal);

/// <summary>Who owns the pipes that a container gets, and for whom they are.</summary>
internal sealed record StdioOwner(uint Uid, uint Gid, string ContainerId, string Namespace);
