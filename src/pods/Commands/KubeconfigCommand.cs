using System.CommandLine;
using Pods.Cli.Client;
using Pods.Linux;

namespace Pods.Cli.Commands;

/// <summary>Has podsd make a client certificate and writes it with its key into a file that only its owner can read.</summary>
internal sealed class KubeconfigCommand : VerbCommand
{
    private readonly Option<string> _file = new("--output", "-o")
    {
        Description = "the file to write (0600); - for standard output",
        DefaultValueFactory = _ => "pods.kubeconfig",
        HelpName = "file",
    };

    private readonly Option<string?> _server = new("--server") { Description = "the URL in it; by default this machine's address and podsd's port", HelpName = "url" };
    private readonly Option<string> _user = new("--user") { Description = "the name in the certificate", DefaultValueFactory = _ => "admin", HelpName = "name" };
    private readonly Option<int> _days = new("--days") { Description = "how long the certificate is good", DefaultValueFactory = _ => 365, HelpName = "count" };

    public KubeconfigCommand(CommandContext context)
        : base(context, "kubeconfig", "Write a kubeconfig with a new client certificate. podsd must have a TLS port (\"listen\" in podsd.yaml).")
    {
        Options.Add(_file);
        Options.Add(_server);
        Options.Add(_user);
        Options.Add(_days);
        Examples =
        [
            ("for kubectl on this machine", "pods config kubeconfig -o pods.kubeconfig"),
            ("for another machine, good for a month", "pods config kubeconfig --server https://edge7.example:6443 --user ci --days 30"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        string query = $"?user={Uri.EscapeDataString(parsed.GetValue(_user)!)}&days={parsed.GetValue(_days)}";
        if (parsed.GetValue(_server) is { } server)
            query += "&server=" + Uri.EscapeDataString(server);
        await using Stream answer = await client.OpenAsync(HttpMethod.Post, "/pods/v1/access/kubeconfig" + query, null, cancel);
        using MemoryStream text = new();
        await answer.CopyToAsync(text, cancel);
        string path = parsed.GetValue(_file)!;
        if (path == "-")
        {
            Output.Write(System.Text.Encoding.UTF8.GetString(text.ToArray()));
            return 0;
        }
        Write(path, text.ToArray());
        Output.WriteLine($"kubeconfig written to {path}");
        return 0;
    }

    private static void Write(string path, byte[] text)
    {
        try
        {
            Files.WriteDurably(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"error: cannot write \"{path}\": {e.Message}");
        }
    }
}
