namespace Pods.Shim.EndToEnd.Tests.Containerd17;

public sealed class RunTests(Host host) : Tests.RunTests(host), IClassFixture<Host>;
