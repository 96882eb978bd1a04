using System.Xml.Linq;
using Pods.TestKit;

namespace Pods.House.Tests;

/// <summary>Which project may use which, and which does.</summary>
internal static class Dependencies
{
    /// <summary>All that a project may name; a directory that is not listed is a mistake.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Allowed = new Dictionary<string, string[]>
    {
        ["src/Pods.Rpc"] = [],
        ["src/Pods.Linux"] = [],
        ["src/Pods.Oci"] = [],
        ["proto"] = ["src/Pods.Rpc"],
        ["src/Pods.Ttrpc"] = ["src/Pods.Rpc", "proto"],
        ["src/Pods.Grpc"] = ["src/Pods.Rpc", "proto"],
        ["src/Pods.Containerd"] = ["src/Pods.Rpc", "proto", "src/Pods.Grpc", "src/Pods.Oci"],
        ["src/Pods.Images"] = ["src/Pods.Containerd", "src/Pods.Oci", "src/Pods.Linux"],
        ["src/Pods.Manifests"] = ["src/Pods.Oci"],
        ["src/Pods.Network"] = ["src/Pods.Oci", "src/Pods.Linux"],
        ["src/Pods.Node"] =
            [
                "src/Pods.Containerd", "src/Pods.Images", "src/Pods.Manifests", "src/Pods.Network", "src/Pods.Linux", "src/Pods.Oci",
                "src/Pods.Grpc", "proto",   // grpc probes
            ],
        ["src/podsd"] = ["src/Pods.Node"],
        ["src/pods"] = ["src/Pods.Manifests", "src/Pods.Linux"],
        ["shim"] = ["src/Pods.Rpc", "proto", "src/Pods.Ttrpc", "src/Pods.Linux", "src/Pods.Oci"],
    };

    /// <summary>The sources that end up in the shim and are written by hand.</summary>
    public static IEnumerable<string> OfShim => Allowed["shim"].Append("shim");

    public static readonly string[] Programs = ["shim", "src/podsd", "src/pods"];

    public static IReadOnlyDictionary<string, string[]> Actual { get; } = SourceTree.All
        .Where(file => file.Name.EndsWith(".csproj", StringComparison.Ordinal))
        .ToDictionary(file => Path.GetDirectoryName(file.Path)!, References);

    private static string[] References(SourceFile project) =>
    [
        .. from reference in XDocument.Parse(project.Text).Descendants("ProjectReference")
           let path = Path.Combine(Repository.Root, Path.GetDirectoryName(project.Path)!, reference.Attribute("Include")!.Value)
           select Path.GetDirectoryName(Path.GetRelativePath(Repository.Root, Path.GetFullPath(path)))!,
    ];
}
