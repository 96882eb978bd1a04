namespace Pods.Cli.Output;

/// <summary>What <c>-o</c> asks for.</summary>
internal sealed record OutputFormat(string Kind, string Template = "")
{
    public bool IsTable => Kind is "" or "wide";
    public bool IsWide => Kind == "wide";

    public static OutputFormat Parse(string? text) => text switch
    {
        null or "" => new(""),
        "wide" or "yaml" or "json" or "name" => new(text),
        _ when text.StartsWith("jsonpath=", StringComparison.Ordinal) => new("jsonpath", text["jsonpath=".Length..]),
        _ => throw new CliException(
            $"error: unable to match a printer suitable for the output format \"{text}\", allowed formats are: wide,yaml,json,name,jsonpath=…",
            CliException.Usage),
    };
}
