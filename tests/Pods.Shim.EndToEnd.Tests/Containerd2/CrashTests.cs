namespace Pods.Shim.EndToEnd.Tests.Containerd2;

public sealed class CrashTests(Host host) : Tests.CrashTests(host), IClassFixture<Host>;
