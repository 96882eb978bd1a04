namespace Pods.Oci;

/// <summary>A seccomp filter, as config.json and the profile files of a node have it.</summary>
public sealed record LinuxSeccomp
{
    public required string DefaultAction { get; init; }
    public uint? DefaultErrnoRet { get; init; }
    public IReadOnlyList<string>? Architectures { get; init; }
    public IReadOnlyList<string>? Flags { get; init; }
    public string? ListenerPath { get; init; }
    public string? ListenerMetadata { get; init; }
    public IReadOnlyList<LinuxSyscall>? Syscalls { get; init; }
}

/// <summary>What happens to these calls, if all of the argument conditions hold.</summary>
public sealed record LinuxSyscall
{
    public required IReadOnlyList<string> Names { get; init; }
    public required string Action { get; init; }
    public uint? ErrnoRet { get; init; }
    public IReadOnlyList<LinuxSeccompArgument>? Args { get; init; }
}

public sealed record LinuxSeccompArgument
{
    public required uint Index { get; init; }
    public required ulong Value { get; init; }
    public ulong? ValueTwo { get; init; }
    public required string Op { get; init; }
}
