using System.Globalization;

namespace Pods.Linux;

/// <summary>
/// A cgroup in every hierarchy it has a directory in. The shim looks up a container's; podsd makes a pod's, below which the
/// runtime puts the containers'.
/// </summary>
public sealed partial class Cgroup
{
    private readonly IReadOnlyList<(CgroupTree Tree, string Directory)> _places;

    private Cgroup(string path, IReadOnlyList<(CgroupTree, string)> places) => (Path, _places) = (path, places);

    public static CgroupMode Mode => CgroupTree.Mode;

    /// <summary>Whether controllers' files are those of version 2.</summary>
    public bool IsUnified => _places.All(place => place.Tree.IsUnified);

    /// <summary>Its name from the root of the hierarchies; where these differ, that of the one the processes are counted in.</summary>
    public string Path { get; }

    /// <summary>The cgroup that it lies in; null for the root.</summary>
    public Cgroup? Above => System.IO.Path.GetDirectoryName(Path) is { Length: > 1 } above ? At(above) : null;

    public bool Exists => _places.Any(place => System.IO.Directory.Exists(place.Directory));

    /// <summary>Where a process is, by what the kernel says of it and nothing else; null if there is no such process.</summary>
    public static Cgroup? OfProcess(int pid)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines($"/proc/{pid}/cgroup");
        }
        catch (IOException)
        {
            return null;   // it has ended (ENOENT, ESRCH)
        }
        List<(CgroupTree Tree, string Directory)> places = [];
        string counted = "/";
        foreach (string line in lines)
        {
            // 4:memory:/path, and 0::/path for the unified tree
            string[] fields = line.Split(':', 3);
            CgroupTree? tree = CgroupTree.Mounted.FirstOrDefault(tree => string.Join(',', tree.Controllers) == fields[1])
                ?? CgroupTree.Mounted.FirstOrDefault(tree => fields[1].Length > 0 && tree.Controllers.Intersect(fields[1].Split(',')).Any());
            if (tree is null) continue;
            places.Add((tree, tree.DirectoryOf(fields[2])));
            if (tree.Controllers.Contains("memory") || Mode == CgroupMode.Unified) counted = fields[2];
        }
        return new Cgroup(counted, places);
    }

    /// <summary>The cgroup of one name in all hierarchies, whether it is there or not.</summary>
    public static Cgroup At(string path) =>
        new(path, [.. CgroupTree.Mounted.Select(tree => (tree, tree.DirectoryOf(path)))]);

    /// <summary>A cgroup of version 2 by its directory.</summary>
    internal static Cgroup OfDirectory(string directory) => new(directory, [(new CgroupTree([], directory, "/"), directory)]);

    /// <summary>Its directory for a controller, or null if that controller is not there.</summary>
    public string? Directory(string controller)
    {
        foreach ((CgroupTree tree, string directory) in _places)
            if (IsUnified ? tree.IsUnified : tree.Controllers.Contains(controller)) return directory;
        return null;
    }

    /// <summary>The processes in it and in the cgroups below it.</summary>
    public IReadOnlyList<int> Processes()
    {
        List<int> found = [];
        if (CountingDirectory is { } directory) Collect(directory, found);
        return found;
    }

    /// <summary>Moves the process in every hierarchy that has this cgroup; who made it may have left some out.</summary>
    /// <exception cref="LinuxException">No hierarchy has it, or the kernel refuses.</exception>
    public void Add(int pid)
    {
        bool isAnywhere = Exists;
        foreach ((_, string directory) in _places)
            if (!isAnywhere || System.IO.Directory.Exists(directory))
                Write(System.IO.Path.Combine(directory, "cgroup.procs"), Text(pid));
    }

    /// <returns>The file's content without the final line end, or null if there is no such file or controller.</returns>
    public string? TryRead(string controller, string file)
    {
        if (Directory(controller) is not { } directory) return null;
        try
        {
            return File.ReadAllText(System.IO.Path.Combine(directory, file)).TrimEnd('\n');
        }
        catch (IOException)
        {
            return null;   // not there, removed while we read, or of a disabled controller (EOPNOTSUPP)
        }
    }

    /// <returns>False if there is no such file or controller, or the cgroup goes away meanwhile: systemd removes an empty scope at once.</returns>
    public bool TryWrite(string controller, string file, string value)
    {
        if (Directory(controller) is not { } directory) return false;
        string path = System.IO.Path.Combine(directory, file);
        if (!File.Exists(path)) return false;
        try
        {
            Write(path, value);
            return true;
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENODEV)
        {
            return false;
        }
    }

    private static void Collect(string directory, List<int> found)
    {
        try
        {
            foreach (string line in File.ReadLines(System.IO.Path.Combine(directory, "cgroup.procs")))
                found.Add(int.Parse(line, CultureInfo.InvariantCulture));
            foreach (string below in System.IO.Directory.EnumerateDirectories(directory)) Collect(below, found);
        }
        catch (IOException)
        {
            // Removed meanwhile, so without processes; or threaded, so that its processes are listed above it.
        }
    }

    // Any tree holds all processes, but some runtimes leave out those they do not limit: these two are always used.
    private string? CountingDirectory => Directory("memory") ?? Directory("pids") ?? _places.Select(place => place.Directory).FirstOrDefault();

    // In one write: the kernel takes each as a command.
    private static void Write(string path, string value)
    {
        using FileDescriptor file = FileDescriptor.Open(path, OpenFlags.WriteOnly);
        try
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(value));
        }
        catch (LinuxException e)
        {
            throw new LinuxException("write", e.Errno, path);
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
