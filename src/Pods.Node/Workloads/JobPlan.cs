using Pods.Manifests;

namespace Pods.Node;

/// <summary>The pods of a Job: so many at once, until enough have succeeded or too many have failed. Pure.</summary>
internal static class JobPlan
{
    // Kubernetes' pause after a failed pod, which doubles with each, and its longest.
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(6);

    public static WorkloadPlan For(Workload job, IReadOnlyList<Pod> pods, DateTimeOffset now)
    {
        WorkloadSpec spec = job.Spec!;
        int completions = spec.Completions ?? 1, succeeded = pods.Count(p => p.Status?.Phase == PodOutcome.Succeeded);
        Pod[] active = [.. pods.Where(p => p.Metadata!.DeletionTimestamp is null && !WorkloadPlan.IsOver(p))];
        Pod[] failed = [.. pods.Where(p => p.Status?.Phase == PodOutcome.Failed)];
        // With OnFailure it is the container that fails, again and again in the same pod.
        int failures = failed.Length + active.Sum(p => p.Status?.ContainerStatuses?.Sum(c => c.RestartCount) ?? 0);
        bool hasFailed = failures > (spec.BackoffLimit ?? 6) || Is(job, "Failed"), isComplete = succeeded >= completions || Is(job, "Complete");
        WorkloadStatus status = StatusOf(job, active, succeeded, failed.Length, hasFailed && !isComplete, isComplete, now);
        if (isComplete || hasFailed)
        {
            DateTimeOffset? forgotten = Ended(status) + TimeSpan.FromSeconds(spec.TtlSecondsAfterFinished ?? 0);
            bool isMortal = spec.TtlSecondsAfterFinished is not null, isOver = isMortal && forgotten <= now;
            return new(0, [.. active.Select(p => p.Metadata!.Name!)], status, isOver, isMortal && !isOver ? forgotten : null);
        }
        int missing = Math.Min(spec.Parallelism ?? 1, completions - succeeded) - active.Length;
        if (missing < 0)
            return new(0, [.. active.OrderByDescending(p => p.Metadata!.CreationTimestamp).Take(-missing).Select(p => p.Metadata!.Name!)], status);
        DateTimeOffset? next = missing > 0 ? NextStart(failed) : null;
        return next > now ? new(0, [], status, WakeAt: next) : new(missing, [], status);
    }

    private static DateTimeOffset? NextStart(Pod[] failed)
    {
        if (failed.Length == 0)
            return null;
        TimeSpan pause = First * Math.Pow(2, Math.Min(failed.Length - 1, 10));
        return failed.Max(EndOf) + (pause < Longest ? pause : Longest);
    }

    private static DateTimeOffset? EndOf(Pod pod) =>
        pod.Status?.ContainerStatuses?.Max(c => c.State?.Terminated?.FinishedAt) ?? pod.Metadata!.CreationTimestamp;

    private static bool Is(Workload job, string type) => job.Status?.Conditions?.Any(c => c.Type == type && c.Status == "True") == true;

    private static DateTimeOffset? Ended(WorkloadStatus status) =>
        status.Conditions?.FirstOrDefault(c => c.Type is "Complete" or "Failed")?.LastTransitionTime;

    private static WorkloadStatus StatusOf(
        Workload job, Pod[] active, int succeeded, int failed, bool hasFailed, bool isComplete, DateTimeOffset now) => new()
    {
        Active = isComplete || hasFailed || active.Length == 0 ? null : active.Length,
        Ready = active.Count(WorkloadPlan.IsReady),
        // What has been counted stays counted, whoever takes its pod away.
        Succeeded = Math.Max(succeeded, job.Status?.Succeeded ?? 0) is > 0 and var done ? done : null,
        Failed = Math.Max(failed, job.Status?.Failed ?? 0) is > 0 and var lost ? lost : null,
        StartTime = job.Status?.StartTime ?? now,
        CompletionTime = isComplete ? job.Status?.CompletionTime ?? now : null,
        Conditions = isComplete ? [WorkloadPlan.Condition(job, "Complete", true, "CompletionsReached", now)]
            : hasFailed
                ? [WorkloadPlan.Condition(job, "Failed", true, "BackoffLimitExceeded", now, "Job has reached the specified backoff limit")]
            : null,
    };
}
