using System.Net.Sockets;
using Pods.Linux;

namespace Pods.Daemon.Api;

/// <summary>The API's unix socket: who may connect is who may open the file.</summary>
internal static class ApiSocket
{
    private const string Group = "pods";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Takes a dead podsd's socket away; a live one's is an error.</summary>
    public static void Prepare(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
            return;
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
            return;
        }
        throw new InvalidOperationException($"another podsd listens on \"{path}\"");
    }

    /// <summary>Root only, or root and the group pods where there is one.</summary>
    public static void Open(string path, ILogger logger)
    {
        File.SetUnixFileMode(path, OwnerOnly);
        string? entry = File.ReadLines("/etc/group").FirstOrDefault(l => l.StartsWith(Group + ":", StringComparison.Ordinal));
        if (entry is null)
            return;
        Files.Chown(path, 0, uint.Parse(entry.Split(':')[2]));
        File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        logger.LogInformation("the group {Group} may use {Socket}", Group, path);
    }
}
