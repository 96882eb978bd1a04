namespace Pods.EndToEnd.Tests;

/// <summary>Pod manifests of the tests, as text, as a user writes them.</summary>
public static class Manifest
{
    /// <summary>A pod of one container that runs a shell script; the spec lines are put into the pod's spec.</summary>
    public static string Of(string name, string script, string specLines = "", string containerLines = "") => $"""
        apiVersion: v1
        kind: Pod
        metadata: {"{"}name: {name}{"}"}
        spec:
          terminationGracePeriodSeconds: 1
        {Indent(specLines, 2)}
          containers:
        {Container("main", script, containerLines)}
        """;

    public static string Two(string name, string first, string second, string specLines = "", string firstLines = "", string secondLines = "") => $"""
        apiVersion: v1
        kind: Pod
        metadata: {"{"}name: {name}{"}"}
        spec:
          terminationGracePeriodSeconds: 1
        {Indent(specLines, 2)}
          containers:
        {Container("first", first, firstLines)}
        {Container("second", second, secondLines)}
        """;

    private static string Container(string name, string script, string lines) => $"""
          - name: {name}
            image: {PodsDaemon.Image}
            imagePullPolicy: IfNotPresent
            command: ["sh", "-c"]
            args:
              - |
        {Indent(script, 8)}
        {Indent(lines, 4)}
        """;

    private static string Indent(string text, int by) =>
        string.Join('\n', text.Split('\n').Select(line => line.Length == 0 ? line : new string(' ', by) + line));

    /// <summary>A script that runs until SIGTERM.</summary>
    public const string Forever = "trap 'exit 0' TERM; while true; do sleep 1 & wait $!; done";
}
