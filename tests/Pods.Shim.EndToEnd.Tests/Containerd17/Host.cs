namespace Pods.Shim.EndToEnd.Tests.Containerd17;

public sealed class Host : ShimHost
{
    public override string Version => "1.7";
}
