using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pods.Oci;

/// <summary>Reads what CNI plugins print.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CniResult))]
[JsonSerializable(typeof(CniError))]
[JsonSerializable(typeof(CniSupport))]
public sealed partial class CniJson : JsonSerializerContext;
