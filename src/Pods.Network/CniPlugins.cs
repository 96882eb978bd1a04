using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pods.Oci;

namespace Pods.Network;

/// <summary>Runs one plugin for one command: configuration on stdin, parameters in the environment, the answer on stdout.</summary>
internal sealed class CniPlugins(NetworkOptions options)
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> _supported = new();   // by plugin; each answer costs a process

    /// <summary>The result of ADD; null for commands that answer nothing.</summary>
    /// <exception cref="CniException">The plugin is missing, failed or took too long.</exception>
    public async Task<JsonObject?> RunAsync(
        string type, string command, IReadOnlyDictionary<string, string> parameters, JsonObject configuration, CancellationToken cancel)
    {
        ProcessStartInfo start = new(Find(type, command))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            WorkingDirectory = "/",
        };
        start.Environment["CNI_COMMAND"] = command;
        start.Environment["CNI_PATH"] = string.Join(':', options.PluginDirectories);
        // Plugins call iptables, which a service's PATH may not reach.
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        foreach ((string name, string value) in parameters)
            start.Environment[name] = value;
        using Process process = Start(start, type, command);
        (int exitCode, string output, string errors) = await ConverseAsync(process, type, command, configuration.ToJsonString(), cancel);
        if (exitCode != 0)
            throw new CniException($"cni plugin {type}: {command}: {Reason(exitCode, output, errors)}");
        return output.Trim().Length == 0 ? null : Result(output, type, command);
    }

    public async Task<IReadOnlyList<string>> SupportedVersionsAsync(string type, CancellationToken cancel)
    {
        if (_supported.TryGetValue(type, out IReadOnlyList<string>? known))
            return known;
        JsonObject? answer = await RunAsync(
            type, "VERSION", new Dictionary<string, string>(), new JsonObject { ["cniVersion"] = "1.0.0" }, cancel);
        return _supported[type] = answer?.Deserialize(CniJson.Default.CniSupport)?.SupportedVersions
            ?? throw new CniException($"cni plugin {type}: VERSION: no supportedVersions");
    }

    public bool Has(string type) => Find(type) is not null;

    private string? Find(string type) =>
        options.PluginDirectories.Select(directory => Path.Combine(directory, type)).FirstOrDefault(File.Exists);

    private string Find(string type, string command) => Find(type)
        ?? throw new CniException($"cni plugin {type}: {command}: not found in {string.Join(" or ", options.PluginDirectories)}");

    private static Process Start(ProcessStartInfo start, string type, string command)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new CniException($"cni plugin {type}: {command}: {start.FileName}: {e.Message}", e);
        }
    }

    private async Task<(int ExitCode, string Output, string Errors)> ConverseAsync(
        Process process, string type, string command, string configuration, CancellationToken cancel)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(options.Timeout);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            await WriteAsync(process, configuration, limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            cancel.ThrowIfCancellationRequested();
            throw new CniException($"cni plugin {type}: {command}: no answer within {options.Timeout.TotalSeconds} s", e);
        }
    }

    private static async Task WriteAsync(Process process, string configuration, CancellationToken cancel)
    {
        try
        {
            await process.StandardInput.WriteAsync(configuration.AsMemory(), cancel);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading: its exit code and output say why.
        }
    }

    private static string Reason(int exitCode, string output, string errors)
    {
        try
        {
            if (JsonSerializer.Deserialize(output, CniJson.Default.CniError) is { Msg.Length: > 0 } error)
                return string.Join(": ", new[] { error.Msg, error.Details ?? "", errors.Trim() }.Where(text => text.Length > 0));
        }
        catch (JsonException)
        {
            // It broke the protocol, so all that it said is the best reason there is.
        }
        string said = $"{errors.Trim()} {output.Trim()}".Trim();
        return said.Length > 0 ? $"exit {exitCode}: {said}" : $"exit {exitCode}";
    }

    private static JsonObject Result(string output, string type, string command)
    {
        try
        {
            if (JsonNode.Parse(output) is JsonObject result)
                return result;
        }
        catch (JsonException)
        {
            // Said below.
        }
        throw new CniException($"cni plugin {type}: {command}: the answer is no JSON object: {output.Trim()}");
    }
}
