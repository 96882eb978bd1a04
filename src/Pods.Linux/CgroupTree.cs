namespace Pods.Linux;

/// <summary>One mounted hierarchy of cgroups.</summary>
/// <param name="Controllers">Of a v1 tree, named ones as "name=…"; empty for the unified tree.</param>
/// <param name="Root">The cgroup that is visible at the mount, "/" except inside a container.</param>
internal sealed record CgroupTree(IReadOnlyList<string> Controllers, string Mount, string Root)
{
    private static readonly Lazy<IReadOnlyList<CgroupTree>> Trees = new(FindMounted);

    internal bool IsUnified => Controllers.Count == 0;

    /// <summary>Looked up once: the trees stay where they are from boot on.</summary>
    internal static IReadOnlyList<CgroupTree> Mounted => Trees.Value;

    internal static CgroupMode Mode
    {
        get
        {
            bool unified = Mounted.Any(tree => tree.IsUnified);
            bool v1 = Mounted.Any(tree => tree.Controllers.Any(controller => !controller.StartsWith("name=", StringComparison.Ordinal)));
            return (unified, v1) switch { (true, false) => CgroupMode.Unified, (true, true) => CgroupMode.Hybrid, _ => CgroupMode.V1 };
        }
    }

    internal string DirectoryOf(string path)
    {
        string visible = Root != "/" && path.StartsWith(Root, StringComparison.Ordinal) ? path[Root.Length..] : path;
        return Mount + "/" + visible.Trim('/');
    }

    private static List<CgroupTree> FindMounted()
    {
        List<CgroupTree> trees = [];
        foreach (MountEntry entry in Mounts.Read())
        {
            if (entry.Type == "cgroup2") trees.Add(new([], entry.Target, entry.Root));
            if (entry.Type == "cgroup") trees.Add(new(ControllersOf(entry.SuperOptions), entry.Target, entry.Root));
        }
        // The same tree may be mounted twice; the first is the usual place.
        return [.. trees.DistinctBy(tree => string.Join(',', tree.Controllers))];
    }

    // rw,cpu,cpuacct or rw,xattr,name=systemd
    private static string[] ControllersOf(string superOptions) =>
        [.. superOptions.Split(',').Where(option => option is not ("rw" or "ro" or "xattr" or "noprefix" or "clone_children")
            && !option.StartsWith("release_agent=", StringComparison.Ordinal))];
}
