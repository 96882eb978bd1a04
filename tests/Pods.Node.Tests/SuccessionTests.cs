using Pods.Manifests;
using Pods.TestKit;

namespace Pods.Node.Tests;

/// <summary>The record of a pod that is given over to the one that takes its place.</summary>
public sealed class SuccessionTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Watchers_hear_of_the_end_before_the_beginning_and_only_the_new_one_is_there()
    {
        PodStore store = Open();
        store.Add(Pod("web", "old"));
        store.Update("old", s => s with { Successor = Pod("web", "new") }, isDurable: true);
        using ChangeSubscription<Pod> watch = store.History.Subscribe(store.Version);

        Assert.True(store.TrySucceed("old", new() { Pod = Pod("web", "new") }));

        Change<Pod> end = await watch.Changes.ReadAsync(), beginning = await watch.Changes.ReadAsync();
        Assert.Equal(("DELETED", "old", "ADDED", "new"),
            (end.Type, end.Object.Metadata!.Uid, beginning.Type, beginning.Object.Metadata!.Uid));
        Assert.True(end.Version < beginning.Version && beginning.Version == store.Version);
        Assert.Equal("new", Assert.Single(store.List()).Pod.Metadata!.Uid);
        Assert.Equal("new", Assert.Single(Open().List()).Pod.Metadata!.Uid);
    }

    [Fact]
    public void Crash_between_the_two_files_leaves_the_new_one_alone()
    {
        PodStore store = Open();
        store.Add(Pod("web", "old"));
        store.Update("old", s => s with { Successor = Pod("web", "new") }, isDurable: true);
        byte[] old = File.ReadAllBytes(_scratch.File("old.json"));
        store.TrySucceed("old", new() { Pod = Pod("web", "new") });
        File.WriteAllBytes(_scratch.File("old.json"), old);

        Assert.Equal("new", Assert.Single(Open().List()).Pod.Metadata!.Uid);
        Assert.Equal("new.json", Path.GetFileName(Assert.Single(Directory.GetFiles(_scratch.Path))));
    }

    [Fact]
    public void Crash_before_the_end_of_the_old_one_forgets_neither()
    {
        PodStore store = Open();
        store.Add(Pod("web", "old"));
        store.Update("old", s => s with { Successor = Pod("web", "new") }, isDurable: true);
        store.Update("old", s => s with { Memory = s.Memory with { SandboxCount = 2 } }, isDurable: false);

        StoredPod again = Assert.Single(Open().List());

        Assert.Equal(("old", "new", 2), (again.Pod.Metadata!.Uid, again.Successor!.Metadata!.Uid, again.Memory.SandboxCount));
    }

    [Fact]
    public void One_that_was_taken_back_or_exchanged_does_not_come()
    {
        PodStore store = Open();
        store.Add(Pod("web", "old"));
        long version = store.Version;

        Assert.False(store.TrySucceed("old", new() { Pod = Pod("web", "new") }));
        store.Update("old", s => s with { Successor = Pod("web", "newer") }, isDurable: true);
        Assert.False(store.TrySucceed("old", new() { Pod = Pod("web", "new") }));
        Assert.False(store.TrySucceed("gone", new() { Pod = Pod("web", "new") }));

        Assert.Equal(version + 1, store.Version);
        Assert.Equal("old", Assert.Single(store.List()).Pod.Metadata!.Uid);
    }

    [SkippableFact]
    public async Task Full_disk_leaves_the_old_record_for_another_try()
    {
        Requires.Root();
        string disk = _scratch.File("disk");
        Directory.CreateDirectory(disk);
        (await Command.RunAsync("mount", ["-t", "tmpfs", "-o", "size=16k", "none", disk])).Succeeded();
        try
        {
            PodStore store = PodStore.Open(disk, _ => { });
            store.Add(Pod("web", "old"));
            store.Update("old", s => s with { Successor = Pod("web", "new") }, isDurable: true);
            Assert.Throws<IOException>(() => File.WriteAllBytes(Path.Combine(disk, "ballast"), new byte[16 * 1024]));
            long version = store.Version;

            Assert.ThrowsAny<IOException>(() => store.TrySucceed("old", new() { Pod = Pod("web", "new") }));

            Assert.Equal((version, "old"), (store.Version, Assert.Single(store.List()).Pod.Metadata!.Uid));
            File.Delete(Path.Combine(disk, "ballast"));
            Assert.True(store.TrySucceed("old", new() { Pod = Pod("web", "new") }));
        }
        finally
        {
            (await Command.RunAsync("umount", [disk])).Succeeded();
        }
    }

    private PodStore Open() => PodStore.Open(_scratch.Path, _ => { });

    private static Pod Pod(string name, string uid) => new()
    {
        Metadata = new() { Name = name, Namespace = "default", Uid = uid },
        Spec = new() { Containers = [new() { Name = "a", Image = "i" }] },
    };
}
