namespace Pods.Linux;

/// <summary>How the machine's controllers are mounted: each in a v1 tree, v1 beside a bare v2 tree, or all in one v2 tree.</summary>
public enum CgroupMode
{
    V1,
    Hybrid,
    Unified,
}
