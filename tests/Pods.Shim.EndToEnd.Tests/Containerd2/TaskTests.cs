namespace Pods.Shim.EndToEnd.Tests.Containerd2;

public sealed class TaskTests(Host host) : Tests.TaskTests(host), IClassFixture<Host>;
