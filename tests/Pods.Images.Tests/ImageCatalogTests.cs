namespace Pods.Images.Tests;

public sealed class ImageCatalogTests
{
    private const string Id = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string DigestOfA = "r/a@" + Id;

    [Theory]
    [InlineData("r/a:1", "r/a:1 r/a@ id", "r/a:1 r/a@ id")]
    [InlineData("r/a:1", "r/a:1 r/a:2 r/a@ id", "r/a:1")]
    [InlineData("r/a:1", "r/a:1 r/a@ r/b:1 r/b@ id", "r/a:1 r/a@")]
    [InlineData("r/a:1", "r/a:1 r/a@ r/b@ id", "r/a:1 r/a@")]
    [InlineData("r/a@", "r/a@ id", "r/a@ id")]
    [InlineData("r/a@", "r/a:1 r/a@ id", "r/a@")]
    [InlineData("id", "r/a:1 r/a@ r/b:1 id", "r/a:1 r/a@ r/b:1 id")]
    public void Image_goes_with_its_last_tag(string removed, string all, string doomed) =>
        Assert.Equal(Names(doomed), ImageCatalog.Doomed(Names(removed)[0], Names(all)));

    private static string[] Names(string words) =>
        [.. words.Split(' ').Select(w => w switch { "id" => Id, "r/a@" => DigestOfA, "r/b@" => "r/b@" + Id, _ => w })];
}
