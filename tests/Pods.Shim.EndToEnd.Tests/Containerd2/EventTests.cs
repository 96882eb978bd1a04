namespace Pods.Shim.EndToEnd.Tests.Containerd2;

public sealed class EventTests(Host host) : Tests.EventTests(host), IClassFixture<Host>;
