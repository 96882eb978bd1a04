using System.Net;
using Grpc.Core;
using Pods.Grpc;

namespace Pods.Protocol.Tests;

public sealed class GrpcHeaderTests
{
    [Theory]
    [InlineData(0, "0u")]
    [InlineData(1, "1u")]                            // one tick, 100 ns: rounded up
    [InlineData(50_000_000, "5000000u")]
    [InlineData(999_999_990, "99999999u")]
    [InlineData(999_999_991, "100000m")]
    [InlineData(36_000_000_000, "3600000m")]
    [InlineData(42_949_672_950_000, "4294968S")]     // 49 days, the longest timer there is
    [InlineData(long.MaxValue, "99999999S")]
    public void Timeout_is_at_most_eight_digits_in_the_finest_unit(long ticks, string header) =>
        Assert.Equal(header, GrpcTimeout.Format(TimeSpan.FromTicks(ticks)));

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("", "")]
    [InlineData("gr%C3%BC%C3%9fe, 100%25%0A", "grüße, 100%\n")]
    [InlineData("50% of %zz and %4", "50% of %zz and %4")]
    [InlineData("not encoded: ü %", "not encoded: ü %")]
    public void Message_is_percent_decoded_and_kept_where_it_is_malformed(string encoded, string decoded) =>
        Assert.Equal(decoded, GrpcStatus.Decode(encoded));

    [Theory]
    [InlineData("0", StatusCode.OK, "")]
    [InlineData("5", StatusCode.NotFound, "")]
    [InlineData("16", StatusCode.Unauthenticated, "")]
    [InlineData("17", StatusCode.Unknown, "status \"17\": ")]
    [InlineData("-1", StatusCode.Unknown, "status \"-1\": ")]
    [InlineData("ok", StatusCode.Unknown, "status \"ok\": ")]
    public void Status_header_that_names_no_code_is_unknown(string header, StatusCode code, string detail)
    {
        using HttpResponseMessage response = new();
        Assert.Null(GrpcStatus.In(response.Headers.NonValidated));
        response.Headers.TryAddWithoutValidation("grpc-status", header);
        Assert.Equal(new Status(code, detail), GrpcStatus.In(response.Headers.NonValidated));
    }

    [Fact]
    public void Metadata_goes_out_over_the_channels_own_and_comes_back()
    {
        GrpcChannelOptions options = new() { Headers = new Dictionary<string, string> { ["containerd-namespace"] = "k8s.io", ["a"] = "channel" } };
        Metadata sent = new() { { "a", "call" }, { "a", "again" }, { "trace-bin", [255, 0] } };
        using HttpRequestMessage request = new();

        MetadataHeaders.Write(options, sent, request.Headers);
        Metadata read = MetadataHeaders.Read(request.Headers.NonValidated);

        Assert.Equal("/wA", request.Headers.GetValues("trace-bin").Single());
        Assert.Equal("k8s.io", read.GetValue("containerd-namespace"));
        Assert.Equal(["call", "again"], read.GetAll("a").Select(entry => entry.Value));
        Assert.Equal([255, 0], read.GetValueBytes("trace-bin"));
    }

    [Fact]
    public void Joined_binary_values_are_taken_apart_and_broken_ones_left_out()
    {
        using HttpRequestMessage request = new();
        request.Headers.TryAddWithoutValidation("t-bin", "/wA, /wA=,*,AQ==");
        request.Headers.TryAddWithoutValidation("odd!key", "x");

        Metadata read = MetadataHeaders.Read(request.Headers.NonValidated);

        Assert.Equal([[255, 0], [255, 0], [1]], read.Select(entry => entry.ValueBytes));
    }

    [Theory]
    [InlineData("line\nbreak")]
    [InlineData("grüße")]
    public void Value_that_no_header_can_carry_is_refused(string value)
    {
        using HttpRequestMessage request = new();
        RpcException refused = Assert.Throws<RpcException>(() =>
            MetadataHeaders.Write(new GrpcChannelOptions(), new Metadata { { "key", value } }, request.Headers));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, StatusCode.Internal)]
    [InlineData(HttpStatusCode.Unauthorized, StatusCode.Unauthenticated)]
    [InlineData(HttpStatusCode.Forbidden, StatusCode.PermissionDenied)]
    [InlineData(HttpStatusCode.NotFound, StatusCode.Unimplemented)]
    [InlineData(HttpStatusCode.ServiceUnavailable, StatusCode.Unavailable)]
    [InlineData(HttpStatusCode.OK, StatusCode.Unknown)]
    public void Http_status_without_grpc_status_has_a_code_of_its_own(HttpStatusCode http, StatusCode code) =>
        Assert.Equal(code, GrpcStatus.OfHttp(http, "text/html").StatusCode);
}
