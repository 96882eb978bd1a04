using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

public sealed class IntrospectionTests(Containerd2.Host host) : IClassFixture<Containerd2.Host>
{
    [SkippableFact]
    public async Task Containerd_learns_what_the_runtime_behind_the_shim_can_do()
    {
        await host.StartAsync();
        string told = (await host.CtrAsync("plugins", "inspect-runtime", "--runtime", ShimHost.Runtime)).Succeeded().Output;
        Assert.Contains("\"io.containerd.pods.v1\"", told);
        Assert.Contains("\"ociVersionMax\"", told);
        Assert.Contains("\"rro\"", told);
    }

    [SkippableFact]
    public async Task Runtime_that_is_not_there_is_an_error()
    {
        Requires.Binaries("containerd-shim-pods-v1");
        // Any{1: "containerd.runc.v1.Options", 2: Options{6: "/no/such/runc"}}
        const string options = "\n\u001acontainerd.runc.v1.Options\u0012\u000f2\r/no/such/runc";
        CommandResult asked = await Command.RunAsync(Repository.Binary("containerd-shim-pods-v1"), ["-info"], input: options);
        Assert.Equal(1, asked.ExitCode);
        Assert.Contains("/no/such/runc", asked.Error);
    }
}
