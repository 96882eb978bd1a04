namespace Pods;

/// <summary>
/// Select in place of LINQ's, found before it because this namespace is around all of ours. LINQ's is a generic virtual method: compiled
/// ahead of time it is there for every value type that anything is selected from, times every one that anything is selected to, which
/// was 4.4 of the 16.3 MB of podsd's code. This one is there for the pairs that are used.
/// </summary>
public static class Sequences
{
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)
    {
        foreach (TSource item in source)
            yield return selector(item);
    }
}
