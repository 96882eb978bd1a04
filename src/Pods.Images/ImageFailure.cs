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
