using Pods.Manifests;
using Pods.TestKit;

namespace Pods.Node.Tests;

/// <summary>ConfigMaps, Secrets and claims on disk.</summary>
public sealed class ObjectStoreTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Secret_is_found_after_a_restart_in_a_file_that_only_its_owner_reads()
    {
        Open().Add(SupportingKind.Secret, Secret("hunter2"));

        Assert.Equal("hunter2"u8.ToArray(), Open().Find(SupportingKind.Secret, "default", "key")!.Content()["password"]);
        string file = Assert.Single(Directory.GetFiles(_scratch.Path, "*", SearchOption.AllDirectories));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
    }

    [Fact]
    public void Second_of_one_name_is_refused_and_a_change_is_told_once_it_is_stored()
    {
        ObjectStore store = Open();
        List<string?> told = [];
        store.Changed += o => told.Add(o.Metadata!.ResourceVersion);
        SupportingObject first = store.Add(SupportingKind.Secret, Secret("one"));

        Assert.Equal(409, Assert.Throws<NodeException>(() => store.Add(SupportingKind.Secret, Secret("two"))).Code);
        SupportingObject second = store.Replace(SupportingKind.Secret, Secret("two"), first.Metadata!.ResourceVersion);
        Assert.Equal([first.Metadata.ResourceVersion, second.Metadata!.ResourceVersion], told);
        Assert.Equal("Conflict", Assert.Throws<NodeException>(
            () => store.Replace(SupportingKind.Secret, Secret("three"), first.Metadata.ResourceVersion)).Reason);
    }

    [Fact]
    public void Immutable_secret_keeps_its_content_and_the_refusal_does_not_show_it()
    {
        ObjectStore store = Open();
        store.Add(SupportingKind.Secret, Secret("hunter2") with { Immutable = true });

        NodeException refused = Assert.Throws<NodeException>(
            () => store.Replace(SupportingKind.Secret, Secret("swordfish") with { Immutable = true }, null));

        Assert.Equal("Secret \"key\" is invalid: data: Forbidden: field is immutable when `immutable` is set", refused.Message);
    }

    [Fact]
    public void File_that_is_no_object_harms_no_other_and_its_text_is_not_logged()
    {
        Open().Add(SupportingKind.Secret, Secret("one"));
        File.WriteAllText(Path.Combine(_scratch.Path, "secrets", "default", "broken.json"), "{hunter2");
        List<string> log = [];

        ObjectStore store = ObjectStore.Open(_scratch.Path, log.Add);

        Assert.Single(store.List(SupportingKind.Secret, null).Objects);
        Assert.DoesNotContain("hunter2", Assert.Single(log));
    }

    private ObjectStore Open() => ObjectStore.Open(_scratch.Path, _ => { });

    private static SupportingObject Secret(string password) => SupportingDefaults.Apply(new()
    {
        Kind = "Secret",
        Metadata = new() { Name = "key", Uid = "1" },
        StringData = new Dictionary<string, string> { ["password"] = password },
    });
}
