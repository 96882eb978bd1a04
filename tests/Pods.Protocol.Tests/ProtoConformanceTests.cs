using Google.Protobuf.Reflection;
using Pods.TestKit;

namespace Pods.Protocol.Tests;

/// <summary>Our .proto files say what containerd's say, wherever they say something.</summary>
public sealed class ProtoConformanceTests(ProtoConformanceTests.Both both) : IClassFixture<ProtoConformanceTests.Both>
{
    private static string Ours => Path.Combine(Repository.Root, "proto");

    [SkippableFact]
    public void Declarations_agree_with_every_containerd_that_has_them()
    {
        both.RequireContainerd();

        Assert.True(both.Ours.Count > 600, $"only {both.Ours.Count} declarations of ours were read");
        None(ProtoComparison.Of(both.Ours, both.Theirs).Wrong);
    }

    [SkippableFact]
    public void Declarations_are_in_containerd_1_6_or_known_to_be_newer()
    {
        both.RequireContainerd();

        var unknown = ProtoComparison.Of(both.Ours, both.Theirs).Unknown;

        None(unknown.Where(name => !ProtoReference.Newer.Keys.Any(name.StartsWith)));
    }

    [SkippableFact]
    public void Newer_declarations_are_in_a_newer_containerd()
    {
        both.RequireContainerd();
        Skip.If(both.Roots == 1, "needs the development packages of containerd 1.7 and 2 (tests/fetch-newer.sh out/newer): " +
            "unchecked are " + string.Join(", ", ProtoReference.Newer.Keys));

        var unknown = ProtoComparison.Of(both.Ours, both.Theirs).Unknown;
        bool hasTwo = ProtoReference.Files(ProtoReference.Roots[^1]).Any();
        string[] unpackaged = [.. ProtoReference.Newer.Where(newer => newer.Value == "2.3" || (newer.Value[0] == '2' && !hasTwo)).Select(newer => newer.Key)];

        None(unknown.Where(name => !unpackaged.Any(name.StartsWith)));
        Skip.If(unknown.Count > 0, $"no package here has {string.Join(", ", unpackaged)}: {unknown.Count} declarations unchecked");
    }

    [SkippableFact]
    public void Comparison_finds_a_changed_number_type_label_and_name()
    {
        both.RequireContainerd();

        Assert.Empty(After(_ => { }));
        Assert.NotEmpty(After(field => field.Number = 9));
        Assert.NotEmpty(After(field => field.Type = FieldDescriptorProto.Types.Type.Bytes));
        Assert.NotEmpty(After(field => field.Label = FieldDescriptorProto.Types.Label.Repeated));
        Assert.NotEmpty(After(field => field.Name = "destination"));

        IEnumerable<string> After(Action<FieldDescriptorProto> change)
        {
            FileDescriptorProto file = both.OurFiles.Single(f => f.Name == "containerd/types/mount.proto").Clone();
            change(file.MessageType.Single().Field.Single(field => field.Name == "target"));
            ProtoComparison comparison = ProtoComparison.Of(ProtoDeclarations.Of(file), both.Theirs);
            return [.. comparison.Wrong, .. comparison.Unknown];
        }
    }

    // Assert.Empty would cut the lines off.
    private static void None(IEnumerable<string> lines) => Assert.True(!lines.Any(), string.Join('\n', lines));

    /// <summary>Both sides, read once: some hundred runs of protoc.</summary>
    public sealed class Both : IAsyncLifetime
    {
        internal List<FileDescriptorProto> OurFiles { get; } = [];
        internal List<(string Name, string Text)> Ours { get; private set; } = [];
        internal ILookup<string, (string Text, string Where)> Theirs { get; private set; } = null!;
        internal int Roots { get; private set; }

        public async Task InitializeAsync()
        {
            foreach (string file in Directory.EnumerateFiles(ProtoConformanceTests.Ours, "*.proto", SearchOption.AllDirectories))
                if (!file.Contains("/obj/") && !file.Contains("/bin/"))
                    OurFiles.Add(await ProtoCompiler.ReadAsync(file, [ProtoConformanceTests.Ours]));
            // ttrpc's own messages have no .proto file to compare with: see ProtoTtrpcTests. Health and CRI are not containerd's.
            Ours = [.. OurFiles.Where(file => file.Package is not ("ttrpc" or "grpc.health.v1" or "runtime.v1")).SelectMany(ProtoDeclarations.Of)];

            List<(string Name, string Text, string Where)> theirs = [];
            foreach (string root in ProtoReference.Roots.Where(root => ProtoReference.Files(root).Any()))
            {
                Roots++;
                foreach (string file in ProtoReference.Files(root))
                    foreach (var (name, text) in ProtoDeclarations.Of(await ProtoReference.ReadAsync(root, file)))
                        theirs.Add((name, text, file));
            }
            Theirs = theirs.ToLookup(their => their.Name, their => (their.Text, their.Where));
        }

        public Task DisposeAsync() => Task.CompletedTask;

        internal void RequireContainerd() =>
            Skip.If(Roots == 0, $"needs golang-github-containerd-{{containerd,cgroups}}-dev below {ProtoReference.Debian} (sudo make deps)");
    }
}
