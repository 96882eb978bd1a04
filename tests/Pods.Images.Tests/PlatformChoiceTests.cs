using Pods.Oci;

namespace Pods.Images.Tests;

public sealed class PlatformChoiceTests
{
    private static readonly ImagePlatform s_amd64 = new() { Os = "linux", Architecture = "amd64" };
    private static readonly ImagePlatform s_arm64 = new() { Os = "linux", Architecture = "arm64", Variant = "v8" };

    [Theory]
    [InlineData("linux/amd64", "linux/arm64", 0)]
    [InlineData("windows/amd64", "linux/amd64", 1)]
    [InlineData("linux/amd64/v3", "linux/amd64", 1)]
    [InlineData("linux/amd64/v1", "linux/arm64/v8", 0)]
    [InlineData("linux/386", "linux/x86_64", 1)]
    [InlineData("", "linux/amd64", 1)]
    [InlineData("", "linux/arm64", 0)]
    public void Amd64_takes_its_own(string first, string second, int chosen) => Assert.Equal(chosen, Choice(s_amd64, first, second));

    [Theory]
    [InlineData("linux/amd64", "linux/arm64", 1)]
    [InlineData("linux/arm64", "linux/arm64/v8", 1)]
    [InlineData("linux/arm/v7", "linux/arm64/v8", 1)]
    public void Arm64_takes_its_own(string first, string second, int chosen) => Assert.Equal(chosen, Choice(s_arm64, first, second));

    [Theory]
    [InlineData("linux/arm64", "windows/amd64")]
    [InlineData("linux/amd64/v3", "unknown/unknown")]
    public void What_does_not_run_here_is_not_taken(string first, string second) => Assert.Equal(-1, Choice(s_amd64, first, second));

    private static int Choice(ImagePlatform machine, params string[] offered)
    {
        List<ImageDescriptor> manifests = [.. offered.Select(o => new ImageDescriptor { Platform = Platform(o) })];
        return PlatformChoice.Best(manifests, machine) is { } best ? manifests.FindIndex(m => ReferenceEquals(m, best)) : -1;
    }

    private static ImagePlatform? Platform(string text) => text.Split('/') switch
    {
        [var os, var architecture] => new() { Os = os, Architecture = architecture },
        [var os, var architecture, var variant] => new() { Os = os, Architecture = architecture, Variant = variant },
        _ => null,
    };
}
