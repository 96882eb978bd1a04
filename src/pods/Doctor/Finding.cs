using System.Text.Json.Serialization;

namespace Pods.Cli.Doctor;

/// <summary>How bad it is: with a failure no pod runs here, with a warning something that pods may ask for is missing.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
internal enum Verdict
{
    [JsonStringEnumMemberName("ok")] Ok,
    [JsonStringEnumMemberName("warning")] Warning,
    [JsonStringEnumMemberName("failure")] Failure,
}

/// <summary>One line of `pods doctor`: what was looked at, what is there, and the command that mends it.</summary>
internal sealed record Finding(string Check, Verdict Verdict, string Message, string? Remedy = null)
{
    public static Finding Ok(string check, string message) => new(check, Verdict.Ok, message);

    public static Finding Warning(string check, string message, string remedy) => new(check, Verdict.Warning, message, remedy);

    public static Finding Failure(string check, string message, string remedy) => new(check, Verdict.Failure, message, remedy);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<Finding>))]
[JsonSerializable(typeof(string))]
internal sealed partial class FindingJson : JsonSerializerContext;
