namespace Pods.Shim.EndToEnd.Tests.Installed;

public sealed class EventTests(Host host) : Tests.EventTests(host), IClassFixture<Host>;
