using Version = Containerd.Services.Version.V1.Version;

namespace Pods.Containerd;

/// <summary>"1.6.20~ds1", and the commit it was built from.</summary>
public sealed record ContainerdVersion(string Version, string Revision);
