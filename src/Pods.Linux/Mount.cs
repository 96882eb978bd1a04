namespace Pods.Linux;

/// <summary>One mount as containerd describes it: options as in fstab.</summary>
/// <param name="Target">Below the root that it is attached to; empty is the root itself.</param>
public sealed record Mount(string Type, string Source, string Target, IReadOnlyList<string> Options);
