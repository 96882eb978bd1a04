namespace Pods.Images.Tests;

public sealed class AuthChallengeTests
{
    [Fact]
    public void Parameters_may_hold_commas_and_quotes()
    {
        AuthChallenge challenge = AuthChallenge.Parse(
            "Bearer", "realm=\"https://auth.example/token\",service=\"r \\\"x\\\"\" , scope=\"repository:a:pull,push\",error=invalid_token");
        Assert.True(challenge.IsBearer);
        Assert.Equal("https://auth.example/token", challenge["realm"]);
        Assert.Equal("r \"x\"", challenge["service"]);
        Assert.Equal("repository:a:pull,push", challenge["scope"]);
        Assert.Equal("invalid_token", challenge["error"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("realm=\"open")]
    [InlineData("=,=,,")]
    [InlineData("realm")]
    public void Garbage_is_no_parameter(string? parameters) => Assert.Null(AuthChallenge.Parse("Basic", parameters)["scope"]);
}
