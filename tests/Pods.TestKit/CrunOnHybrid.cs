namespace Pods.TestKit;

/// <summary>crun refuses a machine whose cgroup v2 has a controller beside v1.</summary>
public static class CrunOnHybrid
{
    private const string Unified = "/sys/fs/cgroup/unified";

    /// <summary>A program that runs it; where that is needed a script, to which it looks as if there were no v2.</summary>
    public static string Wrap(string crun, string script)
    {
        if (!File.Exists($"{Unified}/cgroup.controllers") || File.ReadAllText($"{Unified}/cgroup.controllers").Trim().Length == 0)
            return crun;
        File.WriteAllText(script, $"""
            #!/bin/sh
            exec unshare -m --propagation slave sh -c 'umount {Unified} && exec {crun} "$@"' crun "$@"

            """);
        File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
        return script;
    }
}
