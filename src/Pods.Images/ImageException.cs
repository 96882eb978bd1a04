namespace Pods.Images;

/// <summary>What kept an image from being there; the CLI and the pod's status word their advice by it.</summary>
public enum ImageFailure
{
    Other,
    InvalidReference,
    NotFound,
    Unauthorized,
    RateLimited,
    Unreachable,
    BadContent,
    UnsupportedPlatform,
    NoSpace,
}

/// <summary>An image could not be had; the message is for the user, and nothing half-made is left behind.</summary>
public sealed class ImageException(ImageFailure kind, string message, Exception? cause = null) : Exception(message, cause)
{
    public ImageFailure Kind { get; } = kind;
}
