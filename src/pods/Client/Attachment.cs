using Pods.Manifests;

namespace Pods.Cli.Client;

/// <summary>The user's terminal on a running container's streams.</summary>
internal static class Attachment
{
    /// <returns>The exit code of the container, if it ends first.</returns>
    public static Task<int> RunAsync(
        PodsClient client, Pod pod, string container, bool stdin, bool tty, TextWriter error, CancellationToken cancel)
    {
        Container? definition = (pod.Spec?.Containers ?? []).Concat(pod.Spec?.InitContainers ?? []).FirstOrDefault(c => c.Name == container);
        if (tty && definition?.Tty != true)
        {
            error.WriteLine($"Unable to use a TTY - container {container} did not allocate one");
            tty = false;
        }
        if (tty && (!stdin || Console.IsInputRedirected))
        {
            error.WriteLine("Unable to use a TTY - input is not a terminal or the right kind of file");
            tty = false;
        }
        if (stdin)
            error.WriteLine("If you don't see a command prompt, try pressing enter.");
        string query = $"container={Uri.EscapeDataString(container)}&stdout=true&stdin={Flag(stdin)}&tty={Flag(tty)}"
            + $"&stderr={Flag(!tty && definition?.Tty != true)}";
        string path = $"{PodsClient.PodPath(pod.Metadata!.Namespace!, pod.Metadata.Name!)}/attach?{query}";
        return ExecSession.RunAsync(client, path, stdin, tty, error, cancel);
    }

    private static string Flag(bool on) => on ? "true" : "false";
}
