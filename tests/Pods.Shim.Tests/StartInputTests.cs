using System.Text;

namespace Pods.Shim.Tests;

/// <summary>Bytes as containerd's releases put them on stdin of `start`, made by hand.</summary>
public sealed class StartInputTests
{
    private static readonly ShimFlags _flags = new() { Id = "web", Namespace = "k8s.io" };

    // Any{1: "containerd.runc.v1.Options", 2: Options{6: "crun", 9: true}}
    private static readonly byte[] _options =
        [0x0a, 26, .. Encoding.ASCII.GetBytes("containerd.runc.v1.Options"), 0x12, 8, 0x32, 4, .. Encoding.ASCII.GetBytes("crun"), 0x48, 1];

    [Fact]
    public void Nothing_means_the_defaults_and_an_address_alone() =>
        Assert.Equal(new(new(), false, "/run/containerd/s", false), StartInput.Parse([], _flags));

    [Fact]
    public void Options_alone_are_what_daemons_before_2_3_send() =>
        Assert.Equal(new(Crun, false, "/run/containerd/s", false), StartInput.Parse(_options, _flags));

    [Fact]
    public void Parameters_of_2_3_carry_options_level_and_directory()
    {
        // 3: LOG_LEVEL_DEBUG, -4 as ten bytes of a varint.
        byte[] level = [0x18, 0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        byte[] input = [.. Text(1, "web"), .. Text(2, "k8s.io"), .. level, .. Text(4, "2.3.1"), .. Extension(_options), .. Text(9, "/run/s")];
        Assert.Equal(new(Crun, true, "/run/s", true), StartInput.Parse(input, _flags));
    }

    [Fact]
    public void Extensions_for_others_are_passed_over()
    {
        byte[] other = [0x0a, 7, .. Encoding.ASCII.GetBytes("other.X"), 0x12, 1, 0xff];
        byte[] input = [.. Text(1, "web"), .. Text(2, "k8s.io"), .. Extension(other), .. Extension(_options)];
        Assert.Equal(new(Crun, true, "/run/containerd/s", false), StartInput.Parse(input, _flags));
    }

    [Fact]
    public void Parameters_that_name_another_container_are_no_parameters()
    {
        byte[] input = [.. Text(1, "db"), .. Text(2, "k8s.io")];
        Assert.Contains("\"db\"", Assert.Throws<ArgumentException>(() => StartInput.Parse(input, _flags)).Message);
    }

    [Theory]
    [InlineData("run/s")]
    [InlineData("/run/a-directory-that-is-longer-than-it-may-be")]
    public void Directory_that_a_socket_cannot_have_is_refused(string directory)
    {
        byte[] input = [.. Text(1, "web"), .. Text(2, "k8s.io"), .. Text(9, directory)];
        Assert.Contains(directory, Assert.Throws<ArgumentException>(() => StartInput.Parse(input, _flags)).Message);
    }

    [Fact]
    public void Answer_of_2_3_is_a_message_and_earlier_ones_are_text()
    {
        byte[] expected = [0x08, 3, .. Text(2, "unix:///s/a"), .. Text(3, "ttrpc")];
        Assert.Equal(expected, StartAnswer.Encode("unix:///s/a", 3, isResult: true));
        Assert.Equal("unix:///s/a"u8.ToArray(), StartAnswer.Encode("unix:///s/a", 2, isResult: false));
        Assert.Equal("""{"version":3,"address":"unix:///s/a","protocol":"ttrpc"}"""u8.ToArray(), StartAnswer.Encode("unix:///s/a", 3, isResult: false));
    }

    private static ShimOptions Crun => new() { BinaryName = "crun", SystemdCgroup = true };

    private static byte[] Text(int field, string text) => [(byte)((field << 3) | 2), (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    // 8: Extension{1: Any}
    private static byte[] Extension(byte[] any) => [0x42, (byte)(any.Length + 2), 0x0a, (byte)any.Length, .. any];
}
