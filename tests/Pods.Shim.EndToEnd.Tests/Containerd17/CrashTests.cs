namespace Pods.Shim.EndToEnd.Tests.Containerd17;

public sealed class CrashTests(Host host) : Tests.CrashTests(host), IClassFixture<Host>;
