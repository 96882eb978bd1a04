namespace Pods.Images;

/// <summary>One step of one part: a layer by its short digest, or the manifest. Total is 0 while it is not known.</summary>
public sealed record PullProgress(string Reference, string Part, PullStage Stage, long Bytes, long Total);
