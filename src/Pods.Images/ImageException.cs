namespace Pods.Images;

/// <summary>An image could not be had; the message is for the user, and nothing half-made is left behind.</summary>
public sealed class ImageException(ImageFailure kind, string message, Exception? cause = null) : Exception(message, cause)
{
    public ImageFailure Kind { get; } = kind;
}
