namespace Pods.Manifests;

/// <summary>The part of a volume that a container mounts, with the variables of subPathExpr filled in.</summary>
public static class SubPathExpression
{
    /// <returns>Null: the whole volume.</returns>
    /// <exception cref="SpecException">A variable is not set, or the result would leave the volume.</exception>
    public static string? Of(
        Pod pod, Container container, VolumeMount mount, SandboxFacts sandbox, NodeFacts node, ObjectLookup objects, VolumeFileLookup files)
    {
        if (string.IsNullOrEmpty(mount.SubPathExpr))
            return string.IsNullOrEmpty(mount.SubPath) ? null : mount.SubPath;
        IReadOnlyDictionary<string, string> declared = ContainerEnvironment.Declared(pod, container, sandbox, node, objects, files);
        string path = VariableExpansion.Expand(mount.SubPathExpr, name => declared.GetValueOrDefault(name)
            ?? throw new SpecException($"failed to expand subPathExpr \"{mount.SubPathExpr}\" of volume \"{mount.Name}\": missing value for \"{name}\""));
        return Validation.Names.DescendingPath(path) is { } wrong
            ? throw new SpecException($"subPathExpr \"{mount.SubPathExpr}\" of volume \"{mount.Name}\" is \"{path}\": {wrong}")
            : path;
    }
}
