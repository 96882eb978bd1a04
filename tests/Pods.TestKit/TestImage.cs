using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pods.TestKit;

/// <summary>A small real image around the machine's static busybox, made in memory.</summary>
public sealed class TestImage
{
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    public const string IndexType = "application/vnd.oci.image.index.v1+json";

    private readonly Dictionary<string, byte[]> _blobs = [];

    private TestImage(ImageRecipe recipe)
    {
        List<(byte[] Blob, byte[] Tar, string Type)> layers = [.. recipe.BuildLayers()];
        byte[] config = JsonSerializer.SerializeToUtf8Bytes(recipe.Config(layers.Select(l => Digest(l.Tar))));
        Config = config;
        Layers = [.. layers.Select(l => l.Tar)];
        Manifest = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = ManifestType,
            config = Descriptor("application/vnd.oci.image.config.v1+json", config),
            layers = layers.Select(l => Descriptor(l.Type, l.Blob)).ToArray(),
        });
        foreach (byte[] blob in layers.Select(l => l.Blob).Append(config).Append(Manifest))
            _blobs[Digest(blob)] = blob;
    }

    public byte[] Manifest { get; }
    public byte[] Config { get; }
    /// <summary>The uncompressed layers.</summary>
    public IReadOnlyList<byte[]> Layers { get; }
    public string ManifestDigest => Digest(Manifest);
    public string ConfigDigest => Digest(Config);

    /// <summary>All blobs by digest, the manifest included.</summary>
    public IReadOnlyDictionary<string, byte[]> Blobs => _blobs;

    public static TestImage Busybox(Action<ImageRecipe>? change = null)
    {
        ImageRecipe recipe = new();
        change?.Invoke(recipe);
        return new(recipe);
    }

    public static string Digest(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    public static object Descriptor(string mediaType, byte[] content) =>
        new { mediaType, digest = Digest(content), size = content.Length };

    public void WriteOciArchive(string path, string reference)
    {
        byte[] index = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            manifests = new[]
            {
                new
                {
                    mediaType = ManifestType,
                    digest = ManifestDigest,
                    size = Manifest.Length,
                    annotations = new Dictionary<string, string>
                    {
                        ["io.containerd.image.name"] = reference,
                        ["org.opencontainers.image.ref.name"] = reference.Split(':')[^1],
                    },
                },
            },
        });
        using TarWriter tar = new(File.Create(path), TarEntryFormat.Ustar);
        ImageRecipe.AddFile(tar, "oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray());
        ImageRecipe.AddFile(tar, "index.json", index);
        foreach (var (digest, blob) in _blobs)
            ImageRecipe.AddFile(tar, "blobs/sha256/" + digest["sha256:".Length..], blob);
    }

    /// <summary>The form that <c>docker save</c> writes.</summary>
    public void WriteDockerArchive(string path, string reference)
    {
        string config = ConfigDigest["sha256:".Length..] + ".json";
        string[] names = [.. Layers.Select(l => Digest(l)["sha256:".Length..] + "/layer.tar")];
        byte[] manifest = JsonSerializer.SerializeToUtf8Bytes(new[] { new { Config = config, RepoTags = new[] { reference }, Layers = names } });
        using TarWriter tar = new(File.Create(path), TarEntryFormat.Ustar);
        ImageRecipe.AddFile(tar, config, Config);
        for (int i = 0; i < names.Length; i++)
            ImageRecipe.AddFile(tar, names[i], Layers[i]);
        ImageRecipe.AddFile(tar, "manifest.json", manifest);
    }

    public override string ToString() => Encoding.UTF8.GetString(Manifest);
}
