using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Pods.Daemon.Settings;

/// <summary>podsd.yaml: a flat map of settings. An unknown key is refused with its line: a misspelt one would be ignored otherwise.</summary>
internal static class SettingsFile
{
    /// <param name="given">Gets each key and its value.</param>
    /// <exception cref="SettingsException">With file and line.</exception>
    public static DaemonSettings Apply(DaemonSettings settings, string path, Action<string, string>? given = null)
    {
        try
        {
            Parser parser = new(new StringReader(File.ReadAllText(path)));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                return settings;
            parser.Consume<DocumentStart>();
            if (parser.Accept<Scalar>(out _))
                return settings;   // nothing but comments
            parser.Consume<MappingStart>();
            while (!parser.Accept<MappingEnd>(out _))
                settings = ApplyEntry(settings, parser, path, given);
            return settings;
        }
        catch (YamlException e)
        {
            throw new SettingsException($"{path}:{e.Start.Line}: {e.Message}");
        }
    }

    private static DaemonSettings ApplyEntry(DaemonSettings settings, Parser parser, string path, Action<string, string>? given)
    {
        Scalar key = parser.Consume<Scalar>();
        if (SettingTable.Find(key.Value) is not { } setting)
            throw new SettingsException($"{path}:{key.Start.Line}: unknown key \"{key.Value}\"");
        string value = parser.Accept<SequenceStart>(out _) ? List(parser) : parser.Consume<Scalar>().Value;
        try
        {
            given?.Invoke(key.Value, value);
            return setting.Apply(settings, value);
        }
        catch (SettingsException e)
        {
            throw new SettingsException($"{path}:{key.Start.Line}: {e.Message}");
        }
    }

    private static string List(Parser parser)
    {
        List<string> items = [];
        parser.Consume<SequenceStart>();
        while (!parser.Accept<SequenceEnd>(out _))
            items.Add(parser.Consume<Scalar>().Value);
        parser.Consume<SequenceEnd>();
        return string.Join(',', items);
    }
}
