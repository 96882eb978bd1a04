using Pods.Linux;

namespace Pods.Shim;

/// <summary>What all streams of one shim share.</summary>
internal sealed record StdioHost(EventLoop Events, Children Children, Action<string> Warn);
