namespace Pods.Shim.EndToEnd.Tests.Containerd2;

public sealed class CriTests(Host host) : Tests.CriTests(host), IClassFixture<Host>;
