namespace Pods.Shim;

/// <summary>containerd-shim-pods-v1 start | delete | -info | -v, or nothing to serve: containerd's runtime v2 contract.</summary>
internal static class Program
{
    public const string Name = "containerd-shim-pods-v1";

    public static async Task<int> Main(string[] arguments)
    {
        try
        {
            ShimFlags flags = ShimFlags.Parse(arguments);
            if (flags.Version)
            {
                await Console.Out.WriteLineAsync($"{Name}:\n  Version:  {BuildVersion.Version}\n  Revision: {BuildVersion.Revision}");
                return 0;
            }
            if (flags.Info)
            {
                await Introspection.RunAsync();
                return 0;
            }
            if (flags.Namespace.Length == 0)
                throw new ArgumentException("no -namespace given");
            await (flags.Action switch
            {
                "start" => Bootstrap.RunAsync(flags),
                "delete" => Cleanup.RunAsync(flags),
                "" => ShimServer.RunAsync(flags),
                _ => throw new ArgumentException($"unknown action \"{flags.Action}\""),
            });
            return 0;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"{Name}: {RpcErrors.Chain(e)}");
            return 1;
        }
    }
}
