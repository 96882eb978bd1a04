using Pods.Manifests;

namespace Pods.Node.Tests;

public sealed class HaltOrderTests
{
    [Fact]
    public void Pods_of_less_priority_come_first_and_equal_ones_together()
    {
        Pod[] pods =
        [
            Pod("node", className: "system-node-critical"), Pod("high", 1000), Pod("plain"), Pod("cluster", className: "system-cluster-critical"),
            Pod("other", className: "somebody-elses"), Pod("low", -5), Pod("named", 7, "system-node-critical"),
        ];

        Assert.Equal(
            ["low", "plain other", "named", "high", "cluster", "node"],
            HaltOrder.Groups(pods).Select(group => string.Join(' ', group.Select(pod => pod.Metadata!.Name))));
    }

    [Theory]
    [InlineData(300, "", 300)]           // nobody comes after
    [InlineData(300, "30 10", 260)]      // each of those keeps what it asks for
    [InlineData(300, "3600", 150)]       // but half at most
    [InlineData(20, "30 30", 10)]
    [InlineData(0, "30", 0)]
    [InlineData(-5, "", 0)]
    public void Those_who_come_later_keep_what_they_ask_for_but_half_at_most(int left, string later, int share) =>
        Assert.Equal(TimeSpan.FromSeconds(share), HaltOrder.Share(
            TimeSpan.FromSeconds(left), later.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => TimeSpan.FromSeconds(int.Parse(s)))));

    private static Pod Pod(string name, int? priority = null, string? className = null) =>
        new() { Metadata = new() { Name = name }, Spec = new() { Priority = priority, PriorityClassName = className } };
}
