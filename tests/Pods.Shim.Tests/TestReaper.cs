using Pods.Linux;

namespace Pods.Shim.Tests;

// One reaper for the process that runs these tests, as in the shim.
public static class TestReaper
{
    public static readonly Children Children = Children.BecomeSubreaper();
}
