using Google.Protobuf.WellKnownTypes;

namespace Pods.Containerd;

/// <summary>A task's figures: io.containerd.cgroups.v1.Metrics or v2.</summary>
public sealed record TaskMetric(string Id, DateTimeOffset At, Any Figures);
