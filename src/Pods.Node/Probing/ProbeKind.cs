namespace Pods.Node;

/// <summary>What a probe decides.</summary>
internal enum ProbeKind
{
    Startup,
    Liveness,
    Readiness,
}
