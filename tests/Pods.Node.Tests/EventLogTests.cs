using Pods.Manifests;
using Pods.TestKit;

namespace Pods.Node.Tests;

public sealed class EventLogTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly List<string> _said = [];

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_happens_again_is_counted()
    {
        EventLog events = Open();
        events.Tell(Pod("web"), ObjectEvent.Warning, "Unhealthy", "refused", "app");
        events.Tell(Pod("web"), ObjectEvent.Warning, "Unhealthy", "timed out", "app");
        events.Tell(Pod("web"), ObjectEvent.Warning, "Unhealthy", "refused", "app");

        Assert.Equal([("timed out", 1), ("refused", 2)], events.List().Events.Select(e => (e.Message, e.Count!.Value)));
        Assert.All(events.List().Events, e => Assert.Equal("spec.containers{app}", e.InvolvedObject!.FieldPath));
    }

    [Fact]
    public void Operator_is_told_what_is_new_and_what_comes_again_after_a_minute()
    {
        Clock time = new();
        EventLog events = EventLog.Open(_scratch.File("events"), "node", time, _said.Add);
        List<string> news = [];
        events.News += e => news.Add($"{e.Message} {e.Count}");

        foreach (int seconds in new[] { 0, 10, 10, 59, 60 })
        {
            time.Now += TimeSpan.FromSeconds(seconds);
            events.Tell(Pod("web"), ObjectEvent.Warning, "Unhealthy", "refused", "app");
        }

        Assert.Equal(["refused 1", "refused 5"], news);
    }

    [Fact]
    public void Events_outlive_the_daemon_though_a_crash_cut_the_last_line()
    {
        Open().Tell(Pod("web"), ObjectEvent.Normal, "Started", "Started container app", "app");
        File.AppendAllText(_scratch.File("events"), "{\"metadata\":{\"name\":\"half");

        EventLog again = Open();
        again.Tell(Pod("web"), ObjectEvent.Normal, "Killing", "Stopping container app", "app");
        again.Tell(Pod("web"), ObjectEvent.Normal, "Started", "Started container app", "app");

        Assert.Equal([("Killing", 1), ("Started", 2)], Open().List().Events.Select(e => (e.Reason, e.Count!.Value)));
        Assert.Empty(_said);
    }

    [Fact]
    public void Talkative_pod_pushes_out_its_own_events_and_no_others()
    {
        EventLog events = Open();
        events.Tell(Pod("quiet"), ObjectEvent.Normal, "Started", "Started container app");
        for (int i = 0; i < 3 * EventLog.KeptPerObject; i++)
            events.Tell(Pod("loud"), ObjectEvent.Warning, "Unhealthy", $"try {i}");

        Assert.Equal(EventLog.KeptPerObject, events.List().Events.Count(e => e.InvolvedObject!.Name == "loud"));
        Assert.Single(events.List().Events, e => e.InvolvedObject!.Name == "quiet");
    }

    [Fact]
    public void File_does_not_grow_for_ever()
    {
        EventLog events = Open();
        for (int i = 0; i < 5 * EventLog.KeptInAll; i++)
            events.Tell(Pod("web"), ObjectEvent.Warning, "BackOff", "again");

        Assert.True(File.ReadLines(_scratch.File("events")).Count() <= 4 * EventLog.KeptInAll);
        Assert.Equal(5 * EventLog.KeptInAll, Assert.Single(Open().List().Events).Count);
    }

    [Fact]
    public async Task Watch_begins_where_the_list_ended()
    {
        EventLog events = Open();
        events.Tell(Pod("web"), ObjectEvent.Normal, "Pulled", "there");
        long listed = events.List().Version;
        events.Tell(Pod("web"), ObjectEvent.Normal, "Created", "between");
        using EventSubscription watch = events.Subscribe(listed);
        events.Tell(Pod("web"), ObjectEvent.Normal, "Started", "after");

        Assert.Equal("between", (await watch.Events.ReadAsync()).Message);
        Assert.Equal("after", (await watch.Events.ReadAsync()).Message);
        Assert.False(watch.Events.TryRead(out _));
    }

    private EventLog Open() => EventLog.Open(_scratch.File("events"), "node", TimeProvider.System, _said.Add);

    private static Pod Pod(string name) => new()
    {
        Metadata = new() { Name = name, Namespace = "default", Uid = name },
        Spec = new() { Containers = [new() { Name = "app" }] },
    };
}
