using System.CommandLine;
using Pods.Cli.Client;

namespace Pods.Cli.Commands;

internal sealed class RemoveImageCommand : VerbCommand
{
    private readonly Argument<string[]> _images = new("image") { Description = "names or ids of images", Arity = ArgumentArity.OneOrMore };

    public RemoveImageCommand(CommandContext context) : base(context, "rmi", "Remove images.")
    {
        Arguments.Add(_images);
        Examples = [("an image and what only it needs", "pods rmi registry.example/app:1")];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        foreach (string image in parsed.GetValue(_images)!)
        {
            await client.DeleteAsync("/pods/v1/images?name=" + Uri.EscapeDataString(image), cancel, PodsClient.SweepLimit);
            Output.WriteLine($"image \"{image}\" removed");
        }
        return 0;
    }
}
