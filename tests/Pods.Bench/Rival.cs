namespace Pods.Bench;

/// <summary>A shim that is measured, and the runtime type that brings it up.</summary>
internal sealed record Rival(string Name, string Runtime, string Program)
{
    public static Rival Ours { get; } = new("ours", "io.containerd.pods.v1", "containerd-shim-pods-v1");
    public static Rival Stock { get; } = new("stock", "io.containerd.runc.v2", "containerd-shim-runc-v2");

    /// <summary>In the order in which each round measures them.</summary>
    public static Rival[] Both { get; } = [Ours, Stock];
}
