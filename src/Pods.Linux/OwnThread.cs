using System.Runtime.ExceptionServices;

namespace Pods.Linux;

/// <summary>Runs one call on a thread that ends with it: for what the kernel keeps per thread and that nobody may inherit.</summary>
internal static class OwnThread
{
    internal static void Run(Action call) => Run(() =>
    {
        call();
        return true;
    });

    internal static T Run<T>(Func<T> call)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = call();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);   // thrown again for the caller, below
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }
}
