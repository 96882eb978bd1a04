namespace Pods.Shim.EndToEnd.Tests.Installed;

public sealed class PodTests(Host host) : Tests.PodTests(host), IClassFixture<Host>;
