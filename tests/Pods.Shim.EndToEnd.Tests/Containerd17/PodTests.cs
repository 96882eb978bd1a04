namespace Pods.Shim.EndToEnd.Tests.Containerd17;

public sealed class PodTests(Host host) : Tests.PodTests(host), IClassFixture<Host>;
