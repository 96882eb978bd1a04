using System.Runtime.InteropServices;

namespace Pods.Linux;

/// <summary>One system call failed; nothing else is affected.</summary>
public sealed class LinuxException(string syscall, int errno, string? path = null) : IOException(Describe(syscall, errno, path))
{
    public string Syscall { get; } = syscall;

    public int Errno { get; } = errno;

    public string? Path { get; } = path;

    /// <summary>The failure of the call that this thread made last.</summary>
    internal static LinuxException Last(string syscall, string? path = null) => new(syscall, Marshal.GetLastPInvokeError(), path);

    private static string Describe(string syscall, int errno, string? path)
    {
        string reason = Marshal.GetPInvokeErrorMessage(errno);
        // "No such file…" inside a sentence is "no such file…"; "I/O error" keeps its capitals.
        if (reason.Length > 1 && char.IsLower(reason[1])) reason = char.ToLowerInvariant(reason[0]) + reason[1..];
        return path is null ? $"{syscall}: {reason}" : $"{syscall} {path}: {reason}";
    }
}
