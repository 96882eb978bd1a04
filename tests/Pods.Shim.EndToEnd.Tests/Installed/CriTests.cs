namespace Pods.Shim.EndToEnd.Tests.Installed;

public sealed class CriTests(Host host) : Tests.CriTests(host), IClassFixture<Host>;
