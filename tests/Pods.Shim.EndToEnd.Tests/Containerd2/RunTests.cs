namespace Pods.Shim.EndToEnd.Tests.Containerd2;

public sealed class RunTests(Host host) : Tests.RunTests(host), IClassFixture<Host>;
