using System.Text;
using Containerd.Runtime.Bootstrap.V1;
using Containerd.Task.V3;
using Google.Protobuf;
using Grpc.Core;
using Pods.Ttrpc;

namespace Pods.Shim;

/// <summary>What `start` prints: where the shim of the group listens, and which version of the task service it speaks.</summary>
internal static class StartAnswer
{
    private static readonly TimeSpan _askLimit = TimeSpan.FromSeconds(1);

    /// <summary>Version 2 is what every daemon before 2.3 expects, and to them the bare address means it.</summary>
    public static byte[] Encode(string address, int version, bool isResult)
    {
        if (isResult)
            return new BootstrapResult { Version = version, Address = address, Protocol = "ttrpc" }.ToByteArray();
        return Encoding.UTF8.GetBytes(version == 2 ? address : $$"""{"version":{{version}},"address":"{{address}}","protocol":"ttrpc"}""");
    }

    /// <summary>
    /// The version for a shim that runs already, which may be the stock one from before an upgrade: of 1.x it knows 2 alone,
    /// of 2.x 3 alone. Ours knows both.
    /// </summary>
    public static async Task<int> VersionOfAsync(string path, string id, int preferred)
    {
        try
        {
            await using TtrpcChannel channel = await TtrpcChannel.ConnectAsync(path, CancellationToken.None);
            ByteString request = new ConnectRequest { Id = id }.ToByteString();
            await channel.CallAsync($"/containerd.task.v{preferred}.Task/Connect", request, new(deadline: DateTime.UtcNow + _askLimit));
            return preferred;
        }
        catch (RpcException e)
        {
            // Busy, or without the container: it knows the method all the same.
            return e.StatusCode != StatusCode.Unimplemented ? preferred : preferred == 2 ? 3 : 2;
        }
    }
}
