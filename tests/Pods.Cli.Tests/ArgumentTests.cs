using System.Text;
using Pods.Cli.Client;
using Pods.Cli.Commands;
using Pods.Manifests;

namespace Pods.Cli.Tests;

/// <summary>How words become names, durations, queries and expectations.</summary>
public sealed class ArgumentTests
{
    [Theory]
    [InlineData("web", "web")]
    [InlineData("pods web db", "web db")]
    [InlineData("po web", "web")]
    [InlineData("pod/web po/db", "web db")]
    [InlineData("pods", "")]
    public void Words_name_pods_with_or_without_their_kind(string words, string names) =>
        Assert.Equal(names, string.Join(' ', ResourceArguments.Names(words.Split(' '))));

    [Fact]
    public void Kind_that_is_not_pod_is_refused_in_kubectls_words()
    {
        CliException e = Assert.Throws<CliException>(() => ResourceArguments.Name("deploy/web"));

        Assert.Equal(("error: the server doesn't have a resource type \"deploy\"", CliException.Usage), (e.Message, e.ExitCode));
    }

    [Theory]
    [InlineData("30s", 30)]
    [InlineData("5m", 300)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5s", 1.5)]
    [InlineData("500ms", 0.5)]
    [InlineData("10", 10)]
    public void Duration_is_read_as_go_writes_it(string text, double seconds) =>
        Assert.Equal(seconds, Durations.Parse(text).TotalSeconds);

    [Theory]
    [InlineData("5 minutes")]
    [InlineData("m")]
    [InlineData("5y")]
    [InlineData("-1s")]
    [InlineData("-1")]
    [InlineData("1.2.3s")]
    [InlineData("NaN")]
    [InlineData("1e300")]
    public void Duration_that_is_none_is_a_usage_error(string text) =>
        Assert.Equal(CliException.Usage, Assert.Throws<CliException>(() => Durations.Parse(text)).ExitCode);

    [Fact]
    public void Limit_that_no_timer_can_have_is_the_longest_one()
    {
        Assert.Equal(TimeSpan.FromHours(2000), Durations.Parse("2000h"));
        using CancellationTokenSource limit = new(Durations.ParseLimit("2000h"));
        Assert.Equal(TimeSpan.FromMinutes(5), Durations.ParseLimit("5m"));
    }

    [Fact]
    public void Query_is_escaped_and_spans_namespaces_when_none_is_given()
    {
        PodQuery query = new() { LabelSelector = "app in (a, b)", FieldSelector = "status.phase=Running" };

        Assert.Equal("/api/v1/pods?labelSelector=app%20in%20%28a%2C%20b%29&fieldSelector=status.phase%3DRunning", query.Path());
        Assert.Equal("/api/v1/namespaces/prod/pods?fieldSelector=metadata.name%3Dweb&watch=true&resourceVersion=7",
            PodQuery.ForName("prod", "web").Path(watch: true, "7"));
    }

    [Fact]
    public void Expectation_of_a_condition_is_met_by_type_and_status_in_any_case()
    {
        Pod pod = new() { Status = new() { Conditions = [new() { Type = "Ready", Status = "False" }] } };

        Assert.False(PodExpectation.Parse("condition=ready").IsMet("web", pod));
        Assert.True(PodExpectation.Parse("condition=Ready=false").IsMet("web", pod));
        CliException e = Assert.Throws<CliException>(() => PodExpectation.Parse("condition=Ready").IsMet("web", null));
        Assert.Equal("Error from server (NotFound): pods \"web\" not found", e.Message);
    }

    [Fact]
    public void Expectation_of_a_value_or_of_deletion_is_met_by_what_is_there()
    {
        Pod pod = new() { Status = new() { Phase = "Succeeded" } };

        Assert.True(PodExpectation.Parse("jsonpath={.status.phase}=Succeeded").IsMet("web", pod));
        Assert.False(PodExpectation.Parse("jsonpath={.status.phase}=Failed").IsMet("web", pod));
        Assert.True(PodExpectation.Parse("delete").IsMet("web", null));
        Assert.False(PodExpectation.Parse("delete").IsMet("web", pod));
        Assert.Throws<CliException>(() => PodExpectation.Parse("ready"));
    }

    [Theory]
    [InlineData(404, """{"kind":"Status","reason":"NotFound","message":"pods \"x\" not found"}""",
        "Error from server (NotFound): pods \"x\" not found")]
    [InlineData(422, """{"kind":"Status","reason":"Invalid","message":"The Pod \"x\" is invalid: spec: Required value"}""",
        "The Pod \"x\" is invalid: spec: Required value")]
    [InlineData(500, """{"kind":"Status","message":"no reason"}""", "Error from server (500): no reason")]
    [InlineData(502, "<html>", "Error from server (502): <html>")]
    public void Error_of_the_server_is_told_in_kubectls_words(int code, string body, string message) =>
        Assert.Equal(message, ServerErrors.ToException(code, Encoding.UTF8.GetBytes(body)).Message);
}
