using Grpc.Core;

namespace Pods.Protocol.Tests;

public sealed class RpcTests
{
    [Fact]
    public void Metadata_keys_are_lower_case_and_found_in_any_case()
    {
        Metadata headers = new() { { "Containerd-Namespace", "k8s.io" } };

        Assert.Equal("containerd-namespace", Assert.Single(headers).Key);
        Assert.Equal("k8s.io", headers.GetValue("CONTAINERD-namespace"));
        Assert.Null(headers.GetValue("containerd-lease"));
    }

    [Fact]
    public void Metadata_with_a_repeated_key_gives_the_last_value_and_all_in_order()
    {
        Metadata headers = new() { { "a", "1" }, { "b", "2" }, { "A", "3" } };

        Assert.Equal("3", headers.GetValue("a"));
        Assert.Equal(["1", "3"], headers.GetAll("a").Select(entry => entry.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData(":path")]
    [InlineData("größe")]
    public void Metadata_key_that_no_header_can_have_is_refused(string key) =>
        Assert.Throws<ArgumentException>(() => new Metadata.Entry(key, "value"));

    [Fact]
    public void Metadata_takes_bytes_under_binary_keys_and_text_under_others()
    {
        Assert.Equal([1, 2], new Metadata.Entry("trace-bin", [1, 2]).ValueBytes);
        Assert.Equal("abc"u8.ToArray(), new Metadata.Entry("trace", "abc").ValueBytes);
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("trace-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("trace", [1]));
        Assert.Throws<InvalidOperationException>(() => new Metadata.Entry("trace-bin", [1]).Value);
    }

    [Fact]
    public void Empty_metadata_cannot_be_written_to()
    {
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "1"));
        Assert.Throws<InvalidOperationException>(Metadata.Empty.Clear);
        Assert.Empty(Metadata.Empty);
    }

    [Fact]
    public void CallOptions_with_one_thing_changed_keep_the_others()
    {
        using CancellationTokenSource stop = new();
        DateTime deadline = DateTime.UtcNow;
        Metadata headers = new() { { "a", "1" } };

        CallOptions options = new CallOptions(headers, deadline, stop.Token).WithWriteOptions(WriteOptions.Default);
        CallOptions later = options.WithDeadline(deadline.AddSeconds(1));
        CallOptions other = options.WithHeaders([]).WithCancellationToken(default);

        Assert.Equal((headers, deadline.AddSeconds(1), stop.Token), (later.Headers, later.Deadline, later.CancellationToken));
        Assert.Equal((deadline, CancellationToken.None), (other.Deadline, other.CancellationToken));
        Assert.Empty(other.Headers!);
        Assert.Same(WriteOptions.Default, other.WriteOptions);
    }

    [Fact]
    public void Default_status_is_OK_with_an_empty_detail()
    {
        Status status = default;

        Assert.Equal((StatusCode.OK, "", "OK"), (status.StatusCode, status.Detail, status.ToString()));
    }

    [Fact]
    public void RpcException_says_code_and_detail_and_keeps_the_local_cause()
    {
        InvalidOperationException cause = new("socket closed");

        RpcException exception = new(new Status(StatusCode.NotFound, "container \"web\"", cause));

        Assert.Equal("NotFound: container \"web\"", exception.Message);
        Assert.Same(cause, exception.InnerException);
        Assert.Empty(exception.Trailers);
    }

    [Fact]
    public void Client_without_a_channel_says_so_when_it_is_called()
    {
        var unconnected = new Unconnected();

        var exception = Assert.Throws<InvalidOperationException>(() => unconnected.ConnectAsync(new()));
        Assert.Contains("/containerd.task.v3.Task/Connect", exception.Message);
    }

    [Fact]
    public void Definition_replays_every_method_on_a_binder()
    {
        RecordingBinder binder = new();

        Containerd.Task.V3.Task.BindService(new Handlers()).BindService(binder);

        Assert.Equal(17, binder.Bound.Count);
        Assert.Equal("/containerd.task.v3.Task/State", binder.Bound[0]);
    }

    [Fact]
    public void Binder_refuses_a_kind_of_method_that_its_server_does_not_carry() =>
        Assert.Throws<NotSupportedException>(() =>
            Containerd.Services.Events.V1.Events.BindService(new RecordingBinder(), new Subscriptions()));

    private sealed class Unconnected : Containerd.Task.V3.Task.TaskClient;

    private sealed class Handlers : Containerd.Task.V3.Task.TaskBase;

    private sealed class Subscriptions : Containerd.Services.Events.V1.Events.EventsBase;

    /// <summary>A server of unary methods only, as ttrpc's is.</summary>
    private sealed class RecordingBinder : ServiceBinderBase
    {
        public List<string> Bound { get; } = [];

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        {
            Assert.NotNull(handler);
            Bound.Add(method.FullName);
        }
    }
}
