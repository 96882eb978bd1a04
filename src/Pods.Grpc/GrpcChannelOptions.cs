namespace Pods.Grpc;

/// <summary>What the maker of a <see cref="GrpcChannel"/> can choose.</summary>
public sealed record GrpcChannelOptions
{
    /// <summary>Sent with every call; a call's own header of the same key replaces it.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>containerd's own default for what it sends and receives.</summary>
    public int MaxReceiveMessageSize { get; init; } = 16 << 20;
}
