using System.Runtime.InteropServices;
using Pods.Oci;

namespace Pods.Images;

/// <summary>Which image of an index fits this machine, decided purely.</summary>
internal static class PlatformChoice
{
    public static ImagePlatform Machine { get; } = RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => new() { Os = "linux", Architecture = "amd64" },
        Architecture.Arm64 => new() { Os = "linux", Architecture = "arm64", Variant = "v8" },
        Architecture other => new() { Os = "linux", Architecture = other.ToString().ToLowerInvariant() },
    };

    /// <summary>The best of the manifests that fit; null when none does. One that names no platform may fit any.</summary>
    public static ImageDescriptor? Best(IEnumerable<ImageDescriptor> manifests, ImagePlatform machine) => manifests
        .Select(m => (Manifest: m, Rank: Rank(m.Platform, machine)))
        .Where(m => m.Rank is not null)
        .OrderBy(m => m.Rank)
        .Select(m => m.Manifest)
        .FirstOrDefault();

    /// <summary>0 is the exact machine, more is a lesser one whose programs run here too; null does not run here.</summary>
    public static int? Rank(ImagePlatform? image, ImagePlatform machine)
    {
        if (image is null || (image.Os.Length == 0 && image.Architecture.Length == 0))
            return int.MaxValue;
        if (image.Os != machine.Os || ArchitectureOf(image) != machine.Architecture)
            return null;
        return (machine.Architecture, image.Variant ?? "") switch
        {
            (_, "") => machine.Variant is null ? 0 : 1,
            ("arm64", "v8") => 0,
            // What the processor offers beyond the base level we do not ask, so higher levels of amd64 are never chosen.
            ("amd64", "v1") => 0,
            (_, string variant) => variant == machine.Variant ? 0 : null,
        };
    }

    private static string ArchitectureOf(ImagePlatform image) => image.Architecture switch
    {
        "x86_64" or "x86-64" => "amd64",
        "aarch64" => "arm64",
        string name => name,
    };
}
