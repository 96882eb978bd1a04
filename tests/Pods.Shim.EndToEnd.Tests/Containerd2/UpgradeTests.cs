namespace Pods.Shim.EndToEnd.Tests.Containerd2;

public sealed class UpgradeTests(Host host) : Tests.UpgradeTests(host), IClassFixture<Host>;
