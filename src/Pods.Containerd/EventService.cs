using System.Runtime.CompilerServices;
using Containerd.Services.Events.V1;
using Containerd.Types;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Pods.Containerd;

/// <summary>What happens in containerd, as it happens. Nothing is replayed: subscribe first, then look.</summary>
public sealed class EventService
{
    private const string GreetingTopic = "/pods/subscribed";
    private static readonly TimeSpan s_greetingPause = TimeSpan.FromMilliseconds(50);

    private readonly Events.EventsClient _events;

    internal EventService(CallInvoker invoker) => _events = new(invoker);

    /// <summary>
    /// Ends with a <see cref="ContainerdException"/> when the connection breaks. <paramref name="subscribed"/> is set when
    /// events arrive for certain: what happens after that is not missed.
    /// </summary>
    public async IAsyncEnumerable<ContainerdEvent> SubscribeAsync(
        IReadOnlyList<string> filters, TaskCompletionSource? subscribed, [EnumeratorCancellation] CancellationToken cancel)
    {
        SubscribeRequest request = new() { Filters = { filters } };
        // No filter means every event; else the greeting needs one of its own.
        if (filters.Count > 0)
            request.Filters.Add($"topic==\"{GreetingTopic}\"");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var call = _events.Subscribe(request, cancellationToken: over.Token);
        TaskCompletionSource heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ByteString greeting = ByteString.CopyFrom(Guid.NewGuid().ToByteArray());
        Task greeted = GreetAsync(greeting, heard.Task, subscribed, over.Token);
        try
        {
            await foreach (Envelope envelope in Answer.Each(call.ResponseStream, "subscribe to events", cancel))
            {
                if (envelope.Topic != GreetingTopic)
                    yield return Event(envelope);
                else if (envelope.Event?.Value == greeting && heard.TrySetResult())
                    subscribed?.TrySetResult();
            }
            throw new ContainerdException("subscribe to events", StatusCode.Unavailable, "containerd ended the subscription");
        }
        finally
        {
            await over.CancelAsync();
            await greeted;
            subscribed?.TrySetException(new ContainerdException("subscribe to events", StatusCode.Unavailable, "containerd is not reached"));
        }
    }

    // containerd tells nobody when a subscription begins (it sends headers with the first event only), and it may handle
    // our next call before this one. So we publish an event of our own until we hear it.
    private async Task GreetAsync(ByteString greeting, Task heard, TaskCompletionSource? subscribed, CancellationToken over)
    {
        PublishRequest request = new() { Topic = GreetingTopic, Event = new() { TypeUrl = "pods/Subscribed", Value = greeting } };
        try
        {
            while (!heard.IsCompleted)
            {
                await _events.PublishAsync(request, cancellationToken: over);
                await Task.WhenAny(heard, Task.Delay(s_greetingPause, over));
            }
        }
        catch (RpcException e)
        {
            // The subscription is over, or fails of the same cause; who waits for the greeting is not to wait forever.
            subscribed?.TrySetException(Answer.Translate(e, "subscribe to events", over));
        }
    }

    private static ContainerdEvent Event(Envelope envelope) =>
        new(envelope.Timestamp?.ToDateTimeOffset() ?? default, envelope.Namespace, envelope.Topic, envelope.Event ?? new());
}
