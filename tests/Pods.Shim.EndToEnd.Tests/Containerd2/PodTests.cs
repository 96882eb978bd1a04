namespace Pods.Shim.EndToEnd.Tests.Containerd2;

public sealed class PodTests(Host host) : Tests.PodTests(host), IClassFixture<Host>;
