namespace Pods.Linux;

/// <summary>Where a spawned process stands: with us, leading a group of its own, or leading a session.</summary>
public enum ProcessGroup
{
    Inherit,
    Own,
    Session,
}
