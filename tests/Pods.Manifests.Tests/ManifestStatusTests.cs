namespace Pods.Manifests.Tests;

public sealed class ManifestStatusTests
{
    [Fact]
    public void Broken_rules_are_an_invalid_pod_with_a_cause_for_each()
    {
        ManifestException refusal = new([ManifestError.Required("spec.containers[0].image"), ManifestError.Duplicate("spec.volumes[1].name", "a")]);

        ApiStatus status = ManifestStatus.Of(refusal, "web");

        Assert.Equal((422, "Invalid", "Failure"), (status.Code, status.Reason, status.Status));
        Assert.Equal("Pod \"web\" is invalid: [spec.containers[0].image: Required value, spec.volumes[1].name: Duplicate value: \"a\"]", status.Message);
        Assert.Equal(["FieldValueRequired spec.containers[0].image Required value", "FieldValueDuplicate spec.volumes[1].name Duplicate value: \"a\""],
            status.Details!.Causes!.Select(cause => $"{cause.Reason} {cause.Field} {cause.Message}"));
    }

    [Fact]
    public void Unknown_field_is_a_bad_request_in_the_API_servers_words()
    {
        ManifestException refusal = Assert.Throws<ManifestException>(() => ManifestReader.Decode(
            """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"foo":1,"containers":[]}}"""u8.ToArray(), "body"));

        ApiStatus status = ManifestStatus.Of(refusal, "web");

        Assert.Equal((400, "BadRequest"), (status.Code, status.Reason));
        Assert.Equal("Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.foo\"", status.Message);
    }

    [Fact]
    public void Explanation_of_several_mistakes_is_kubectls_list()
    {
        ManifestError image = ManifestError.Required("spec.containers[0].image"), name = ManifestError.Required("metadata.name");

        Assert.Equal("The Pod \"web\" is invalid: spec.containers[0].image: Required value", ManifestStatus.Explain(new([image]), "web"));
        Assert.Equal("The Pod \"web\" is invalid: \n* spec.containers[0].image: Required value\n* metadata.name: Required value",
            ManifestStatus.Explain(new([image, name]), "web"));
    }
}
