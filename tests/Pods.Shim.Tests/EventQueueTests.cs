namespace Pods.Shim.Tests;

public sealed class EventQueueTests
{
    private static List<string> Drain(EventQueue<string> queue)
    {
        List<string> all = [];
        while (queue.TryPeek(out string next))
        {
            all.Add(next);
            queue.Told(next);
        }
        return all;
    }

    [Fact]
    public void Events_come_out_in_the_order_they_happened()
    {
        EventQueue<string> queue = new(4, e => e.StartsWith("exit"));
        foreach (string item in (string[])["create", "start", "exit"])
            queue.Add(item);
        Assert.Equal(["create", "start", "exit"], Drain(queue));
    }

    [Fact]
    public void Full_queue_gives_up_the_oldest_event_that_is_no_exit()
    {
        EventQueue<string> queue = new(3, e => e.StartsWith("exit"));
        foreach (string item in (string[])["exit1", "start2", "start3", "exit4", "exit5", "exit6"])
            queue.Add(item);
        Assert.Equal(["exit4", "exit5", "exit6"], Drain(queue));
        Assert.Equal(3, queue.Dropped);
    }

    [Fact]
    public void Event_that_was_dropped_while_being_told_takes_no_other_with_it()
    {
        EventQueue<string> queue = new(1, _ => false);
        queue.Add("a");
        Assert.True(queue.TryPeek(out string being));
        queue.Add("b");
        queue.Told(being);
        Assert.Equal(["b"], Drain(queue));
    }
}
