namespace Pods.Shim.EndToEnd.Tests.Installed;

public sealed class RunTests(Host host) : Tests.RunTests(host), IClassFixture<Host>;
