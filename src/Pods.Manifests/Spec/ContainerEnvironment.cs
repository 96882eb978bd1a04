using Pods.Oci;

namespace Pods.Manifests;

/// <summary>What a container finds in its environment, and its command line with the variables filled in.</summary>
internal static class ContainerEnvironment
{
    // containerd's value for images that set no PATH.
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The manifest's own variables. A value sees those above it only, as with the kubelet.</summary>
    public static IReadOnlyDictionary<string, string> Declared(
        Pod pod, Container container, SandboxFacts sandbox, NodeFacts node, ObjectLookup objects, VolumeFileLookup files)
    {
        OrderedDictionary<string, string> declared = [];
        foreach ((string name, string value) in (container.EnvFrom ?? []).SelectMany(from => EnvironmentSource.Every(from, objects)))
            declared[name] = value;
        foreach (EnvVar variable in container.Env ?? [])
        {
            string? value = variable.ValueFrom switch
            {
                { FieldRef.FieldPath: { } path } => FieldReference.Value(path, pod, sandbox),
                { ResourceFieldRef: { } resource } => EnvironmentSource.Resource(resource, pod, container, node),
                { ConfigMapKeyRef: { } key } => EnvironmentSource.One(SupportingKind.ConfigMap, key, pod, objects),
                { SecretKeyRef: { } key } => EnvironmentSource.One(SupportingKind.Secret, key, pod, objects),
                { FileKeyRef: { } key } => EnvironmentSource.OfFile(key, files),
                _ => VariableExpansion.Expand(variable.Value ?? "", name => declared.GetValueOrDefault(name)),
            };
            if (value is not null)
                declared[variable.Name ?? ""] = value;
        }
        return declared;
    }

    /// <summary>PATH and HOSTNAME, then the image's, then the manifest's; a later one replaces an earlier one in its place.</summary>
    public static IReadOnlyList<string> Complete(
        ImageProcess? image, IReadOnlyDictionary<string, string> declared, string hostname, bool hasTerminal)
    {
        OrderedDictionary<string, string> all = [];
        string?[] first = [DefaultPath, hasTerminal ? "TERM=xterm" : null, $"HOSTNAME={hostname}"];
        foreach (string line in first.OfType<string>().Concat(image?.Env ?? []))
            all[line.Split('=', 2)[0]] = line;
        foreach ((string name, string value) in declared)
            all[name] = $"{name}={value}";
        return [.. all.Values];
    }

    /// <summary>The manifest's command and args over the image's entrypoint and cmd: a command hides both of the image's.</summary>
    public static IReadOnlyList<string> CommandLine(
        Container container, ImageProcess? image, IReadOnlyDictionary<string, string> declared)
    {
        IEnumerable<string> command = Expanded(container.Command), args = Expanded(container.Args);
        if (container.Command is null or { Count: 0 })
        {
            command = image?.Entrypoint is [""] ? [] : image?.Entrypoint ?? [];
            if (container.Args is null or { Count: 0 })
                args = image?.Cmd ?? [];
        }
        List<string> line = [.. command, .. args];
        return line.Count > 0 ? line : throw new SpecException($"container \"{container.Name}\": no command specified, and its image has none");

        IEnumerable<string> Expanded(IReadOnlyList<string>? texts) =>
            (texts ?? []).Select(text => VariableExpansion.Expand(text, name => declared.GetValueOrDefault(name)));
    }
}
