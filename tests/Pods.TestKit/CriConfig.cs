namespace Pods.TestKit;

/// <summary>Configuration of containerd's CRI plugin, in the form that 1.6 to 2.x read.</summary>
public static class CriConfig
{
    /// <param name="pauseImage">What sandboxes are made of.</param>
    /// <param name="networks">The directory of CNI's configurations.</param>
    public static string Of(string pauseImage, string networks) => $"""
        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "{pauseImage}"
          restrict_oom_score_adj = true
        [plugins."io.containerd.grpc.v1.cri".cni]
          bin_dir = "/usr/lib/cni"
          conf_dir = "{networks}"
        """;
}
