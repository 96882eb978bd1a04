namespace Pods.Shim.EndToEnd.Tests.Containerd17;

public sealed class EventTests(Host host) : Tests.EventTests(host), IClassFixture<Host>;
