using Containerd.Runtime.Bootstrap.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Pods.Shim;

/// <summary>What containerd sends to `start`: from 2.3 on parameters of its own, before that the options alone. Pure.</summary>
/// <param name="WantsResult">Whether the answer is a message of its own, too.</param>
internal sealed record StartInput(ShimOptions Options, bool WantsResult, string SocketDirectory, bool Debug)
{
    // With the 64 digits of a socket's name it must fit into a socket's address.
    private const int LongestDirectory = 42;

    /// <summary>
    /// Both forms begin with a text and something of a length, so that either can be read as the other: they are parameters
    /// if they name what the flags name.
    /// </summary>
    public static StartInput Parse(byte[] input, ShimFlags flags)
    {
        if (ParametersIn(input) is not { } sent || sent.InstanceId != flags.Id || sent.Namespace != flags.Namespace)
            return new(ShimOptions.Decode(Any.Parser.ParseFrom(input)), false, GroupAddress.Directory, flags.Debug);
        string directory = sent.HasSocketDir && sent.SocketDir.Length > 0 ? sent.SocketDir : GroupAddress.Directory;
        if (directory[0] != '/' || directory.Length > LongestDirectory)
            throw new ArgumentException($"socket directory \"{directory}\" is not an absolute path of at most {LongestDirectory} characters");
        return new(OptionsAmong(sent.Extensions), true, directory, flags.Debug || (int)sent.LogLevel <= (int)LogLevel.Debug);
    }

    private static BootstrapParams? ParametersIn(byte[] input)
    {
        try
        {
            return BootstrapParams.Parser.ParseFrom(input);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    // Other extensions are for other shims.
    private static ShimOptions OptionsAmong(IEnumerable<Containerd.Runtime.Bootstrap.V1.Extension> extensions)
    {
        foreach (var extension in extensions)
        {
            if (ShimOptions.IsKnown(extension.Value))
                return ShimOptions.Decode(extension.Value);
        }
        return new();
    }
}
