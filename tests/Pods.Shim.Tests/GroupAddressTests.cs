using System.Security.Cryptography;
using System.Text;

namespace Pods.Shim.Tests;

public sealed class GroupAddressTests
{
    [Fact]
    public void Socket_is_named_by_the_digest_of_address_namespace_and_group()
    {
        string expected = Convert.ToHexStringLower(SHA256.HashData("/run/containerd/containerd.sock/k8s.io/pod"u8));
        Assert.Equal("/run/containerd/s/" + expected, GroupAddress.SocketPath("/run/containerd//containerd.sock", "k8s.io", "pod"));
    }

    [Fact]
    public void Digest_agrees_with_the_frameworks_at_every_length_around_the_block()
    {
        for (int length = 0; length < 200; length++)
        {
            byte[] message = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26)))));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(message)), Sha256.Hex(message));
        }
    }
}
