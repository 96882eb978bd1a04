namespace Pods.Shim.EndToEnd.Tests.Containerd17;

public sealed class TaskTests(Host host) : Tests.TaskTests(host), IClassFixture<Host>;
