using Pods.Daemon;
using Pods.Manifests;
using Pods.TestKit;

namespace Pods.Node.Tests;

/// <summary>Owners and their pods on a node whose containerd is not there: what is decided, not what runs.</summary>
public sealed class WorkloadControllerTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task No_pod_is_made_for_a_deployment_that_was_deleted_meanwhile()
    {
        NodeOptions options = new() { Root = File("root"), State = File("run"), ContainerdAddress = File("nobody.sock") };
        await using NodeParts parts = NodeParts.Create(options, new(), new() { CacheDirectory = File("cni") }, new(TimeProvider.System), _ => { });
        WorkloadController controller = new(parts.Node);
        Workload seen = parts.Node.CreateWorkload(WorkloadKind.Deployment, "default", Deployment(), isDryRun: false);

        parts.Node.DeleteWorkload(WorkloadKind.Deployment, "default", "web", isOrphaning: false);
        controller.Keep(seen);

        Assert.Empty(parts.Services.Store.List());
        Assert.Empty(parts.Services.Workloads.List(null, null).Items);
    }

    private string File(string name) => Path.Combine(_scratch.Path, name);

    private static Workload Deployment() => ManifestReader.ReadAll("""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: main, image: "busybox:1"}]}
        """u8.ToArray(), "web.yaml").Workloads.Single();
}
