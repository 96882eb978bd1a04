using Google.Protobuf;
using Grpc.Core;

namespace Pods.Ttrpc;

/// <summary>
/// A service that finds its methods itself: the request's payload in, the answer's payload out, null for a method that it does
/// not have. For a process that counts its memory: the runtime builds types for each method that generated code binds.
/// </summary>
public delegate Task<ByteString>? TtrpcService(string method, ByteString payload, ServerCallContext context);
