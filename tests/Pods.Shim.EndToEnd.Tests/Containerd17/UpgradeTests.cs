namespace Pods.Shim.EndToEnd.Tests.Containerd17;

public sealed class UpgradeTests(Host host) : Tests.UpgradeTests(host), IClassFixture<Host>;
