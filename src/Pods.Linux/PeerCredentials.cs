namespace Pods.Linux;

/// <summary>The process at the other end of a unix socket when it connected.</summary>
public readonly record struct PeerCredentials(int Pid, uint Uid, uint Gid);
