using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pods.Daemon.Settings;

/// <summary>podsd's command line: every setting as a flag, on top of the configuration file.</summary>
internal static class SettingsCommandLine
{
    public const string DefaultFile = "/etc/pods/podsd.yaml";

    public const string RemovePods = "--remove-pods";
    public const string PrintConfig = "--print-config";

    /// <summary>Null when help or the version was asked for and printed.</summary>
    /// <exception cref="SettingsException">An unknown flag or key, or a value that is wrong.</exception>
    public static DaemonSettings? Parse(string[] args, TextWriter output)
    {
        if (args.Any(a => a is "--help" or "-h"))
            return Print(output, Help());
        if (args.Any(a => a is "--version" or "-v"))
            return Print(output, "podsd " + PodsDaemon.Version);
        if (args is [SettingsManual.DaemonPage])
            return Print(output, SettingsManual.Daemon());
        if (args is [SettingsManual.FilePage])
            return Print(output, SettingsManual.File());
        List<(string Key, string Value)> flags = [.. Flags([.. args.Where(a => a != PrintConfig)])];
        string? named = flags.LastOrDefault(f => f.Key == "config").Value;
        string file = named ?? DefaultFile;
        DaemonSettings settings = SettingTable.Defaults;
        Dictionary<string, string> given = [];
        if (File.Exists(file))
            settings = SettingsFile.Apply(settings, file, (key, value) => given[key] = value);
        else if (named is not null)
            throw new SettingsException($"configuration file \"{named}\": no such file");
        foreach (var (key, value) in flags.Where(f => f.Key != "config"))
        {
            settings = (SettingTable.Find(key) ?? throw new SettingsException($"unknown flag --{key}; see podsd --help")).Apply(settings, value);
            given[key] = value;
        }
        return args.Contains(PrintConfig) ? Print(output, InForce(given)) : settings;
    }

    // A podsd.yaml again: what stands in a JSON string means the same in YAML.
    private static string InForce(Dictionary<string, string> given) => string.Join('\n', SettingTable.All.Select(s =>
        $"{s.Key}: \"{JsonEncodedText.Encode(given.GetValueOrDefault(s.Key, s.Default), JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""));

    public static string Help()
    {
        IEnumerable<string> lines = SettingTable.All.Select(s => $"  --{s.Key,-14} {s.Help}{(s.Default.Length > 0 ? $" [{s.Default}]" : "")}");
        return $"""
            podsd runs Kubernetes pods on containerd.

            Usage: podsd [--config FILE] [--KEY VALUE]…

              --{"config",-14} configuration file; every key is a flag too [{DefaultFile}]
            {string.Join('\n', lines)}
              {PrintConfig,-16} print every setting as it is in force, then end; exit code 2 when one is wrong
              {RemovePods,-16} end and remove every pod, each within its grace period and 4 minutes, then end; podsd must not be running
              --{"version",-14} print the version
            """;
    }

    private static IEnumerable<(string Key, string Value)> Flags(string[] args)
    {
        for (int i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
                throw new SettingsException($"unexpected argument \"{args[i]}\"; see podsd --help");
            string[] words = args[i][2..].Split('=', 2);
            if (words.Length == 2)
                yield return (words[0], words[1]);
            else if (i + 1 < args.Length)
                yield return (words[0], args[++i]);
            else
                throw new SettingsException($"flag --{words[0]}: no value");
        }
    }

    private static DaemonSettings? Print(TextWriter output, string text)
    {
        output.WriteLine(text);
        return null;
    }
}
