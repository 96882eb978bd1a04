namespace Pods.Shim.EndToEnd.Tests.Installed;

public sealed class TaskTests(Host host) : Tests.TaskTests(host), IClassFixture<Host>;
