using Google.Protobuf.Reflection;
using Pods.TestKit;

namespace Pods.Protocol.Tests;

/// <summary>containerd's own .proto files: those of Debian's development packages, the installed ones and newer ones.</summary>
internal static class ProtoReference
{
    public const string Debian = "/usr/share/gocode/src";

    /// <summary>
    /// What Debian 12's packages (containerd 1.6.20, cgroups 1.0.4) do not have yet, and since when containerd does.
    /// A declaration that is neither there nor below one of these names is a mistake.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string> Newer = new Dictionary<string, string>
    {
        ["containerd.task.v3.Task/"] = "1.7",
        ["containerd.services.containers.v1.Container.sandbox"] = "1.7",
        ["containerd.services.introspection.v1.ServerResponse.pid"] = "1.7",
        ["containerd.services.introspection.v1.ServerResponse.pidns"] = "1.7",
        ["containerd.runtime.sandbox.v1."] = "1.7",
        ["containerd.types.Sandbox"] = "1.7",
        ["runtimeoptions.v1.Options.config_body"] = "1.7",
        ["containerd.services.diff.v1.ApplyRequest.sync_fs"] = "2.0",
        ["containerd.runtime.sandbox.v1.CreateSandboxRequest.annotations"] = "2.0",
        ["containerd.runtime.sandbox.v1.CreateSandboxRequest.AnnotationsEntry"] = "2.0",
        ["containerd.runtime.sandbox.v1.SandboxMetrics"] = "2.0",
        ["containerd.runtime.sandbox.v1.Sandbox/SandboxMetrics"] = "2.0",
        ["containerd.types.Sandbox.sandboxer"] = "2.0",
        ["containerd.types.RuntimeInfo"] = "2.0",
        ["containerd.types.RuntimeVersion"] = "2.0",
        ["io.containerd.cgroups.v2.PSI"] = "2.0",
        ["io.containerd.cgroups.v2.CPUStat.psi"] = "2.0",
        ["io.containerd.cgroups.v2.IOStat.psi"] = "2.0",
        ["io.containerd.cgroups.v2.MemoryStat.psi"] = "2.0",
        ["io.containerd.cgroups.v2.MemoryStat.max_usage"] = "2.0",
        ["io.containerd.cgroups.v2.MemoryStat.swap_max_usage"] = "2.0",
        ["containerd.types.Platform.os_version"] = "2.1",
        ["containerd.runtime.sandbox.v1.StartSandboxResponse.spec"] = "2.3",
        ["containerd.runtime.bootstrap.v1."] = "2.3",
    };

    private static readonly string[] s_trees =
    [
        "github.com/containerd/containerd/api",
        "github.com/containerd/containerd/pkg/runtimeoptions",
        "github.com/containerd/containerd/runtime/linux",
        "github.com/containerd/containerd/runtime/v2",
        "github.com/containerd/cgroups",
        "github.com/gogo/googleapis/google/rpc",
    ];

    /// <summary>The newer packages are those that fetch-newer.sh unpacks.</summary>
    public static IReadOnlyList<string> Roots { get; } =
        [Debian, ContainerdVersions.Root("1.7") + Debian, ContainerdVersions.Root("2") + Debian];

    public static IEnumerable<string> Files(string root) => s_trees
        .Select(tree => Path.Combine(root, tree))
        .Where(Directory.Exists)
        .SelectMany(tree => Directory.EnumerateFiles(tree, "*.proto", SearchOption.AllDirectories));

    public static Task<FileDescriptorProto> ReadAsync(string root, string file) =>
        ProtoCompiler.ReadAsync(file, [root, .. ImportsOf(root), .. root == Debian ? [] : ImportsOf(Debian).Append(Debian)]);

    private static string[] ImportsOf(string root) =>
        [.. new[] { $"{root}/github.com/gogo/protobuf", $"{root}/github.com/gogo/googleapis" }.Where(Directory.Exists)];
}
