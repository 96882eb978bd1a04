using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests.Installed;

public sealed class Host : ShimHost
{
    public override string Version => ContainerdVersions.Installed;
}
