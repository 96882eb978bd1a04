using Pods.Manifests;
using Pods.TestKit;

namespace Pods.Node.Tests;

public sealed class PodStoreTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Pods_and_what_is_remembered_of_them_outlive_the_daemon()
    {
        PodStore store = Open();
        store.Add(Pod("web", "1"));
        store.Update("1", s => s with { Memory = s.Memory with { SandboxCount = 3 } }, isDurable: false);

        PodStore again = Open();

        Assert.Equal(3, again.Find("default", "web")!.Memory.SandboxCount);
        Assert.True(again.Version >= store.Version);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"pod\": {}}")]
    [InlineData(null)]
    public void What_was_observed_is_all_that_a_power_cut_may_cost(string? content)
    {
        PodStore store = Open();
        store.Add(Pod("web", "1"));
        store.Update("1", s => s with { Memory = s.Memory with { SandboxCount = 1 } }, isDurable: true);
        store.Update("1", s => s with { Memory = s.Memory with { SandboxCount = 2 } }, isDurable: false);
        if (content is null)
            File.Delete(_scratch.File("1.observed"));
        else
            File.WriteAllText(_scratch.File("1.observed"), content);

        PodStore again = Open();

        Assert.Equal(1, again.Find("default", "web")!.Memory.SandboxCount);
        again.Remove("1");
        Assert.Empty(Directory.GetFiles(_scratch.Path));
    }

    [Fact]
    public void Wanted_state_goes_before_what_was_observed_earlier()
    {
        PodStore store = Open();
        store.Add(Pod("web", "1"));
        store.Update("1", s => s with { Memory = s.Memory with { SandboxCount = 1 } }, isDurable: false);
        byte[] earlier = File.ReadAllBytes(_scratch.File("1.observed"));
        store.Update("1", s => s with { Memory = s.Memory with { SandboxCount = 2 } }, isDurable: true);
        // As if the power cut had taken the deletion back.
        File.WriteAllBytes(_scratch.File("1.observed"), earlier);
        File.WriteAllBytes(_scratch.File("gone.observed"), earlier);

        Assert.Equal(2, Assert.Single(Open().List()).Memory.SandboxCount);
        Assert.False(File.Exists(_scratch.File("gone.observed")));
    }

    [SkippableFact]
    public async Task Full_disk_refuses_what_is_new_and_keeps_what_happens_in_memory()
    {
        Requires.Root();
        string disk = _scratch.File("disk");
        Directory.CreateDirectory(disk);
        (await Command.RunAsync("mount", ["-t", "tmpfs", "-o", "size=16k", "none", disk])).Succeeded();
        try
        {
            List<string> said = [];
            PodStore store = PodStore.Open(disk, said.Add);
            store.Add(Pod("web", "1"));
            Assert.Throws<IOException>(() => File.WriteAllBytes(Path.Combine(disk, "ballast"), new byte[16 * 1024]));

            Assert.ThrowsAny<IOException>(() => store.Add(Pod("late", "2")));
            store.Update("1", s => s with { Memory = s.Memory with { SandboxCount = 3 } }, isDurable: false);
            store.Update("1", s => s with { Memory = s.Memory with { SandboxCount = 4 } }, isDurable: false);

            Assert.Equal(4, store.Find("default", "web")!.Memory.SandboxCount);
            Assert.Null(store.Find("default", "late"));
            Assert.Contains("No space left", Assert.Single(said));
            File.Delete(Path.Combine(disk, "ballast"));
            store.Update("1", s => s with { Memory = s.Memory with { SandboxCount = 5 } }, isDurable: false);
            Assert.Equal(5, Assert.Single(PodStore.Open(disk, said.Add).List()).Memory.SandboxCount);
        }
        finally
        {
            (await Command.RunAsync("umount", [disk])).Succeeded();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"pod\": {\"metadata\": {\"na")]
    [InlineData("\u0000\u0000\u0000\u0000")]
    [InlineData("null")]
    [InlineData("{\"pod\": {}}")]
    public void Torn_file_is_set_aside_and_harms_no_other(string content)
    {
        Open().Add(Pod("web", "1"));
        File.WriteAllText(_scratch.File("2.json"), content);
        List<string> said = [];

        PodStore again = PodStore.Open(_scratch.Path, said.Add);

        Assert.Single(again.List());
        Assert.Contains("2.json", Assert.Single(said));
        Assert.True(File.Exists(_scratch.File("2.json.broken")));
    }

    [Fact]
    public void Name_is_taken_once_per_namespace()
    {
        PodStore store = Open();
        store.Add(Pod("web", "1"));

        Assert.Equal(409, Assert.Throws<NodeException>(() => store.Add(Pod("web", "2"))).Code);
    }

    [Fact]
    public async Task Watch_from_a_version_tells_every_change_after_it_in_order()
    {
        PodStore store = Open();
        store.Add(Pod("web", "1"));
        long version = store.Version;
        store.Update("1", s => s with { Pod = s.Pod with { Status = new() { Phase = "Running" } } }, isDurable: false);
        using ChangeSubscription<Pod> watch = store.History.Subscribe(version);
        store.Remove("1");

        Assert.Equal("MODIFIED", (await watch.Changes.ReadAsync()).Type);
        Assert.Equal("DELETED", (await watch.Changes.ReadAsync()).Type);
    }

    [Fact]
    public void Watch_from_a_version_of_another_life_is_expired()
    {
        PodStore store = Open();

        Assert.Equal(410, Assert.Throws<NodeException>(() => store.History.Subscribe(store.Version - 1)).Code);
    }

    private PodStore Open() => PodStore.Open(_scratch.Path, _ => { });

    private static Pod Pod(string name, string uid) => new()
    {
        Metadata = new() { Name = name, Namespace = "default", Uid = uid },
        Spec = new() { Containers = [new() { Name = "a", Image = "i" }] },
    };
}
