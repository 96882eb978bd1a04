namespace Pods.Images;

internal sealed record RegistryError
{
    public string? Code { get; init; }
    public string? Message { get; init; }
}
