using Pods.TestKit;

namespace Pods.Manifests.Tests;

/// <summary>invalid/CASE/pod.* has exactly the mistakes of invalid/CASE/errors.txt; with PODS_WRITE_GOLDEN=1 those are written instead.</summary>
public sealed class InvalidManifestTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "Pods.Manifests.Tests", "invalid");

    public static TheoryData<string> Cases => [.. Directory.GetDirectories(s_folder).Select(folder => Path.GetFileName(folder)!).Order()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Manifest_has_the_mistakes_of_the_folder(string name)
    {
        string folder = Path.Combine(s_folder, name), file = Path.Combine(folder, "errors.txt");
        string manifest = Directory.GetFiles(folder, "pod.*").Single();

        ManifestException refusal = Assert.Throws<ManifestException>(
            () => ManifestReader.Read(File.ReadAllBytes(manifest), Path.GetFileName(manifest)));

        string actual = string.Concat(refusal.Errors.Select(error => $"{error}\n"));
        if (Environment.GetEnvironmentVariable("PODS_WRITE_GOLDEN") == "1")
            File.WriteAllText(file, actual);
        Assert.Equal(File.ReadAllText(file), actual);
    }
}
