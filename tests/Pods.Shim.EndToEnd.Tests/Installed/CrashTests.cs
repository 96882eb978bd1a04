namespace Pods.Shim.EndToEnd.Tests.Installed;

public sealed class CrashTests(Host host) : Tests.CrashTests(host), IClassFixture<Host>;
