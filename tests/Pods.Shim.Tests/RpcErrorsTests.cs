using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Pods.Linux;

namespace Pods.Shim.Tests;

public sealed class RpcErrorsTests
{
    public static TheoryData<Exception, StatusCode> Failures => new()
    {
        { new NotFoundException("container \"c\" does not exist"), StatusCode.NotFound },
        { new AlreadyExistsException("container \"c\" exists already"), StatusCode.AlreadyExists },
        { new WrongStateException("cannot start container \"c\": it is running"), StatusCode.FailedPrecondition },
        { new ArgumentException("exec id \"..\" is not a file name"), StatusCode.InvalidArgument },
        { new FormatException("not an OCI spec"), StatusCode.InvalidArgument },
        { new JsonException("'x' is an invalid start of a value"), StatusCode.InvalidArgument },
        { InvalidMessage(), StatusCode.InvalidArgument },
        { new OperationCanceledException(), StatusCode.Cancelled },
        { new TimeoutException("lock: held by another start for 5 s"), StatusCode.DeadlineExceeded },
        { new RpcException(new(StatusCode.Unavailable, "closed")), StatusCode.Unavailable },
        { new RuncException("kill", 1, "container does not exist"), StatusCode.NotFound },
        { new RuncException("create", 1, "container with given ID already exists"), StatusCode.AlreadyExists },
        { new RuncException("start", 1, "exec format error"), StatusCode.Unknown },
        { new LinuxException("mount", Errno.EPERM, "/proc"), StatusCode.Unknown },
        { new InvalidOperationException("nobody foresaw this"), StatusCode.Unknown },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Each_failure_has_the_code_that_clients_decide_by(Exception failure, StatusCode code)
    {
        Status status = RpcErrors.Translate(failure);
        Assert.Equal(code, status.StatusCode);
        Assert.NotEmpty(status.Detail);
    }

    [Fact]
    public void Sentence_goes_from_what_was_attempted_down_to_its_cause() => Assert.Equal(
        "create container \"c\": config.json: not an OCI spec: no object",
        RpcErrors.Chain(new FormatException("create container \"c\": config.json: not an OCI spec", new JsonException("no object"))));

    private static InvalidProtocolBufferException InvalidMessage() => Assert.Throws<InvalidProtocolBufferException>(
        () => Google.Protobuf.WellKnownTypes.Any.Parser.ParseFrom([0x0a, 0x7f]));
}
