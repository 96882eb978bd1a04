using Google.Protobuf;
using CurrentOptions = Containerd.Runc.V1.CheckpointOptions;
using OlderOptions = Containerd.Linux.Runc.CheckpointOptions;

namespace Pods.Shim.Tests;

public sealed class CheckpointRequestTests
{
    [Fact]
    public void Without_options_the_container_goes_on() =>
        Assert.Equal(["--image-path", "/i", "--work-path", "/w", "--leave-running"], Checkpoint.Decode("/i", null).Arguments("/w"));

    [Theory]
    [InlineData("containerd.runc.v1.CheckpointOptions")]
    [InlineData("type.googleapis.com/containerd.runc.v1.CheckpointOptions")]
    public void Options_have_their_paths_in_one_order(string type)
    {
        CurrentOptions options = new() { Exit = true, WorkPath = "/work", ImagePath = "/image" };
        Assert.Equal("/work", Checkpoint.Decode("/i", new() { TypeUrl = type, Value = options.ToByteString() }).WorkPath);
    }

    [Fact]
    public void Older_options_have_them_in_the_other()
    {
        OlderOptions options = new() { FileLocks = true, WorkPath = "/work", ImagePath = "/image" };
        Checkpoint decoded = Checkpoint.Decode("/i", new() { TypeUrl = "containerd.linux.runc.CheckpointOptions", Value = options.ToByteString() });
        Assert.Equal(("/work", true, false), (decoded.WorkPath, decoded.FileLocks, decoded.Exits));
    }

    [Fact]
    public void Unknown_options_are_refused() => Assert.Throws<ArgumentException>(() =>
        Checkpoint.Decode("/i", new() { TypeUrl = "other.Options", Value = ByteString.CopyFromUtf8("x") }));

    [Fact]
    public void Path_is_needed() => Assert.Throws<ArgumentException>(() => Checkpoint.Decode("", null));
}
