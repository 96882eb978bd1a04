using System.Text;
using System.Text.Json;
using Pods.Manifests;

namespace Pods.Cli.Client;

/// <summary>An error answer as kubectl prints it.</summary>
internal static class ServerErrors
{
    public static CliException ToException(int code, ReadOnlySpan<byte> body)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, KubernetesJson.Default.ApiStatus) is { Message: { } message } status)
                // What is invalid is told by the message alone; everything else has the reason in front.
                return new(status.Reason is "Invalid" ? message : $"Error from server ({status.Reason ?? code.ToString()}): {message}");
        }
        catch (JsonException)
        {
            // Not our podsd, or something between it and us: shown as it came.
        }
        return new($"Error from server ({code}): {Encoding.UTF8.GetString(body).Trim()}");
    }
}
