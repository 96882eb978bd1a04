namespace Pods.Shim.Tests;

public sealed class ExitOrderTests
{
    private static ProcessExit Exit(string execId, uint status = 0) => new(execId, 7, status, DateTimeOffset.UnixEpoch);

    private static string[] Ids(IEnumerable<ProcessExit> exits) => [.. exits.Select(e => e.IsInit ? "init" : e.ExecId)];

    [Fact]
    public void Exit_of_a_started_process_is_told_at_once()
    {
        ExitOrder order = new();
        Assert.Equal(["init"], Ids(order.Exited(Exit(""))));
    }

    [Fact]
    public void Exit_before_its_own_start_was_told_waits_for_it()
    {
        ExitOrder order = new();
        order.Hold("");
        Assert.Empty(order.Exited(Exit("")));
        Assert.Equal(["init"], Ids(order.Release("")));
    }

    [Fact]
    public void Exit_of_init_is_told_after_every_exec()
    {
        ExitOrder order = new();
        Assert.True(order.TryAdmitExec("a"));
        Assert.True(order.TryAdmitExec("b"));
        Assert.Empty(order.Exited(Exit("")));
        Assert.Equal(["a"], Ids(order.Exited(Exit("a"))));
        Assert.Equal(["b", "init"], Ids(order.Exited(Exit("b"))));
    }

    [Fact]
    public void Exec_that_failed_to_start_does_not_keep_init_waiting()
    {
        ExitOrder order = new();
        order.TryAdmitExec("a");
        order.Hold("a");
        order.Exited(Exit(""));
        Assert.Equal(["init"], Ids(order.ExecFailed("a")));
    }

    [Fact]
    public void Exec_is_refused_once_init_has_ended_even_if_that_is_not_told_yet()
    {
        ExitOrder order = new();
        order.TryAdmitExec("a");
        order.Exited(Exit(""));
        Assert.False(order.TryAdmitExec("b"));
        Assert.True(order.InitHasExited);
    }

    [Fact]
    public void Held_exec_exits_before_init_when_both_have_ended()
    {
        ExitOrder order = new();
        order.TryAdmitExec("a");
        order.Hold("a");
        Assert.Empty(order.Exited(Exit("a")));
        Assert.Empty(order.Exited(Exit("")));
        Assert.Equal(["a", "init"], Ids(order.Release("a")));
    }

    [Fact]
    public void Every_exit_is_told_exactly_once_and_init_last_in_any_interleaving()
    {
        const int seed = 20261121;
        Random random = new(seed);
        for (int round = 0; round < 2000; round++)
        {
            ExitOrder order = new();
            List<ProcessExit> told = [];
            List<Action> steps = [() => told.AddRange(order.Exited(Exit("")))];
            int admitted = random.Next(4);
            for (int i = 0; i < admitted; i++)
            {
                string id = "e" + i;
                Assert.True(order.TryAdmitExec(id));
                order.Hold(id);
                steps.Add(() => told.AddRange(order.Release(id)));
                steps.Add(() => told.AddRange(order.Exited(Exit(id))));
            }
            Action[] shuffled = [.. steps];
            random.Shuffle(shuffled);
            foreach (Action step in shuffled)
                step();
            Assert.True(told.Count == admitted + 1 && told[^1].IsInit, $"seed {seed}, round {round}: {string.Join(' ', Ids(told))}");
        }
    }
}
