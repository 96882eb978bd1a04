namespace Pods.Images;

/// <summary>Where one part of a pull stands.</summary>
public enum PullStage
{
    Resolving,
    Waiting,
    Downloading,
    Unpacking,
    Done,
}
