using System.Net.Sockets;
using Pods.Cli.Doctor;
using Pods.TestKit;

namespace Pods.Cli.Tests;

/// <summary>Tests of `pods doctor` on a machine made of a directory: what a test puts there is all that it has.</summary>
public abstract class MachineTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    protected MachineTests() => Machine = MachineWith();

    private protected Machine Machine { get; }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _scratch.Dispose();
    }

    protected string PathOf(string name) => _scratch.File(name);

    /// <param name="isClockKept">What its kernel says of the clock.</param>
    private protected Machine MachineWith(bool? isClockKept = true) => new(_scratch.Path, ["/usr/sbin", "/usr/bin"]) { IsClockKept = isClockKept };

    protected void Write(string path, string text)
    {
        string full = Path.Combine(_scratch.Path, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    // Written by another process: one of ours that is forked meanwhile would keep it open for writing, and nobody could run it.
    protected async Task ProgramAsync(string path, string script)
    {
        Write(path + ".new", $"#!/bin/sh\n{script}\n");
        string full = Path.Combine(_scratch.Path, path);
        (await Command.RunAsync("install", ["-m", "755", full + ".new", full])).Succeeded();
        File.Delete(full + ".new");
    }

    protected Socket Listen(string path)
    {
        string full = Path.Combine(_scratch.Path, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(full));
        socket.Listen();
        return socket;
    }
}
