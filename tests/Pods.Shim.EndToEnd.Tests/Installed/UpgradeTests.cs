namespace Pods.Shim.EndToEnd.Tests.Installed;

public sealed class UpgradeTests(Host host) : Tests.UpgradeTests(host), IClassFixture<Host>;
