using System.Text;

namespace Pods.Images.Tests;

internal static class Login
{
    /// <summary>What an imagePullSecret holds for one registry.</summary>
    public static ReadOnlyMemory<byte> Config(string registry, string user, string password)
    {
        string auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        return Encoding.UTF8.GetBytes("{\"auths\":{\"" + registry + "\":{\"auth\":\"" + auth + "\"}}}");
    }
}
