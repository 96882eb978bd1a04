namespace Pods.Shim.EndToEnd.Tests.Containerd2;

public sealed class Host : ShimHost
{
    public override string Version => "2";
}
