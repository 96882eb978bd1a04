namespace Pods.Shim.EndToEnd.Tests.Containerd17;

public sealed class CriTests(Host host) : Tests.CriTests(host), IClassFixture<Host>;
