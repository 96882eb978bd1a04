namespace Pods.Shim.Tests;

public sealed class ProcessStateTests
{
    [Theory]
    [InlineData("Created", "Started", "Running")]
    [InlineData("Running", "Suspending", "Pausing")]
    [InlineData("Pausing", "Suspended", "Paused")]
    [InlineData("Pausing", "Resumed", "Running")]
    [InlineData("Paused", "Resumed", "Running")]
    [InlineData("Created", "Exited", "Stopped")]
    [InlineData("Running", "Exited", "Stopped")]
    [InlineData("Pausing", "Exited", "Stopped")]
    [InlineData("Paused", "Exited", "Stopped")]
    [InlineData("Created", "Removed", "Deleted")]
    [InlineData("Stopped", "Removed", "Deleted")]
    public void Legal_change_leads_to_its_state(string from, string happened, string to)
    {
        Assert.Equal(Enum.Parse<ProcessState>(to), ProcessStates.Next(Enum.Parse<ProcessState>(from), Enum.Parse<ProcessEvent>(happened)));
    }

    [Fact]
    public void Every_other_change_is_refused()
    {
        int legal = 0;
        foreach (ProcessState from in Enum.GetValues<ProcessState>())
            foreach (ProcessEvent happened in Enum.GetValues<ProcessEvent>())
                legal += ProcessStates.Next(from, happened) is null ? 0 : 1;
        Assert.Equal(11, legal);
    }
}
