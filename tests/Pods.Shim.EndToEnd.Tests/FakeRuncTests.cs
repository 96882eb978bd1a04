using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>Tests whose containers are run by <see cref="FakeRunc"/>, which does what their annotations say, on a containerd of their own.</summary>
public abstract class FakeRuncTests : IAsyncLifetime
{
    private protected ShimHost Host { get; } = new Installed.Host();
    private protected ScratchDirectory Scratch { get; } = new();

    public Task InitializeAsync()
    {
        Directory.CreateDirectory(Scratch.File("bin"));
        FakeRunc.Write(Scratch.File("bin"));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        Scratch.Dispose();
    }

    private protected Task StartAsync() => Host.StartAsync(new() { PathFirst = [Scratch.File("bin")] });
}
