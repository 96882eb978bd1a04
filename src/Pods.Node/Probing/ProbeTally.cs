namespace Pods.Node;

/// <summary>Counts answers of one probe until they make a verdict: so many of a kind one after the other.</summary>
internal sealed class ProbeTally(int failures, int successes)
{
    private bool? _last;
    private int _run;

    /// <summary>How many answers of the latest kind have come without the other between them.</summary>
    public int Run => _run;

    /// <summary>The verdict that this answer completes or repeats; null where it is too early to say.</summary>
    public bool? Note(bool isGood)
    {
        _run = _last == isGood ? _run + 1 : 1;
        _last = isGood;
        return _run >= (isGood ? successes : failures) ? isGood : null;
    }
}
