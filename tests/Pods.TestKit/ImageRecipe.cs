using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Pods.TestKit;

/// <summary>What goes into a <see cref="TestImage"/>.</summary>
public sealed class ImageRecipe
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;
    private const UnixFileMode Readable = (UnixFileMode)0b110_100_100;
    private static readonly string[] Applets =
    [
        "sh", "cat", "echo", "sleep", "ls", "ps", "id", "env", "kill", "true", "false", "mount", "umount", "wget", "nc", "httpd", "touch",
        "mkdir", "rm", "stat", "hostname", "ip", "ping", "sysctl", "dd", "yes", "head", "tail", "seq", "date", "stty", "tty", "grep",
        "printf", "chmod", "chown", "ipcs", "df", "test", "wc", "usleep", "readlink", "awk", "sed", "sync", "md5sum", "setsid", "nslookup",
    ];

    public List<string> Environment { get; } = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
    public string[]? Entrypoint { get; set; }
    public string[] Cmd { get; set; } = ["sh"];
    public string User { get; set; } = "";
    public string WorkingDirectory { get; set; } = "";
    public string? StopSignal { get; set; }
    public string Architecture { get; set; } = "amd64";
    /// <summary>Files of a second layer, by absolute path.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];
    /// <summary>So many layers more, of a file each: /layers/0, /layers/1 …</summary>
    public int MoreLayers { get; set; }
    /// <summary>Layers compressed by the zstd program in place of gzip.</summary>
    public bool Zstd { get; set; }

    internal object Config(IEnumerable<string> diffIds) => new
    {
        architecture = Architecture,
        os = "linux",
        created = "2026-01-01T00:00:00Z",
        config = new { Env = Environment, Entrypoint, Cmd, User, WorkingDir = WorkingDirectory, StopSignal },
        rootfs = new { type = "layers", diff_ids = diffIds.ToArray() },
        history = Array.Empty<object>(),
    };

    internal IEnumerable<(byte[] Blob, byte[] Tar, string Type)> BuildLayers()
    {
        yield return Compress(BusyboxLayer.Value);
        if (Files.Count > 0)
            yield return Compress(FileLayer());
        for (int i = 0; i < MoreLayers; i++)
        {
            string name = $"layers/{i}";
            yield return Compress(Tar(tar => AddFile(tar, name, [])));
        }
    }

    internal static void AddFile(TarWriter tar, string name, byte[] content, UnixFileMode mode = Readable) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            Mode = mode,
            ModificationTime = DateTimeOffset.UnixEpoch,
            DataStream = new MemoryStream(content),
        });

    private static readonly Lazy<byte[]> BusyboxLayer = new(() => Tar(tar =>
    {
        foreach (string directory in new[] { "bin", "etc", "proc", "sys", "dev", "tmp", "root", "home", "var", "usr", "usr/bin" })
            AddDirectory(tar, directory, directory == "tmp" ? (UnixFileMode)0b1_111_111_111 : Executable);
        AddFile(tar, "bin/busybox", File.ReadAllBytes(Requires.FindProgram("busybox") ?? "/bin/busybox"), Executable);
        foreach (string applet in Applets.Distinct())
            tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, "bin/" + applet)
            {
                LinkName = "busybox",
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        AddFile(tar, "etc/passwd", Encoding.UTF8.GetBytes(
            "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\napp:x:1000:1001:app:/home:/bin/sh\n"));
        AddFile(tar, "etc/group", Encoding.UTF8.GetBytes("root:x:0:\nnogroup:x:65534:\napp:x:1001:\nextra:x:2000:app\n"));
    }));

    private byte[] FileLayer() => Tar(tar =>
    {
        foreach (var (path, content) in Files)
            AddFile(tar, path.TrimStart('/'), content, Executable);
    });

    private static void AddDirectory(TarWriter tar, string name, UnixFileMode mode) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, name + "/") { Mode = mode, ModificationTime = DateTimeOffset.UnixEpoch });

    private static byte[] Tar(Action<TarWriter> fill)
    {
        MemoryStream memory = new();
        using (TarWriter tar = new(memory, TarEntryFormat.Ustar, leaveOpen: true))
            fill(tar);
        return memory.ToArray();
    }

    private (byte[] Blob, byte[] Tar, string Type) Compress(byte[] tar)
    {
        if (Zstd)
            return (ZstdCompress(tar), tar, "application/vnd.oci.image.layer.v1.tar+zstd");
        MemoryStream memory = new();
        using (GZipStream gzip = new(memory, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(tar);
        return (memory.ToArray(), tar, "application/vnd.oci.image.layer.v1.tar+gzip");
    }

    private static byte[] ZstdCompress(byte[] content)
    {
        using ScratchDirectory scratch = new();
        File.WriteAllBytes(scratch.File("layer"), content);
        Command.RunAsync("zstd", ["-q", scratch.File("layer")]).GetAwaiter().GetResult().Succeeded();
        return File.ReadAllBytes(scratch.File("layer.zst"));
    }
}
