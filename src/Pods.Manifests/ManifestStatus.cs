namespace Pods.Manifests;

/// <summary>A refused manifest as the API answers it, so that kubectl and pods print what they print for a cluster.</summary>
public static class ManifestStatus
{
    /// <summary>
    /// 400 for what cannot be read as a pod, 422 for a pod that breaks a rule. The sentence is the API server's:
    /// <c>Pod "web" is invalid: spec.containers[0].image: Required value</c>, several of them in brackets.
    /// </summary>
    public static ApiStatus Of(ManifestException refusal, string? name, string kind = Pod.ObjectKind)
    {
        bool isReadable = refusal.Errors.All(error => error.Reason != ErrorReason.UnknownField && error.Path.Length > 0);
        string sentences = string.Join(", ", refusal.Errors.Select(error => error.Sentence));
        string all = refusal.Errors.Count > 1 && isReadable ? $"[{sentences}]" : Strict(refusal.Errors);
        return new()
        {
            Kind = "Status",
            ApiVersion = Pod.GroupVersion,
            Metadata = new(),
            Status = "Failure",
            Message = isReadable
                ? $"{kind} \"{name}\" is invalid: {all}"
                : $"{kind} in version \"{Pod.GroupVersion}\" cannot be handled as a {kind}: {all}",
            Reason = isReadable ? "Invalid" : "BadRequest",
            Code = isReadable ? 422 : 400,
            Details = isReadable ? new() { Name = name, Kind = kind, Causes = [.. refusal.Errors.Select(ToCause)] } : null,
        };
    }

    /// <summary>Several unknown fields are one sentence: <c>strict decoding error: unknown field "a", unknown field "b"</c>.</summary>
    private static string Strict(IReadOnlyList<ManifestError> errors)
    {
        const string prefix = "strict decoding error: ";
        ILookup<bool, ManifestError> kinds = errors.ToLookup(e => e.Message.StartsWith(prefix, StringComparison.Ordinal));
        string together = string.Join(", ", kinds[true].Select(e => e.Message[prefix.Length..]));
        string all = string.Join(", ", kinds[false].Select(e => e.Sentence));
        return together.Length == 0 ? all : all.Length == 0 ? prefix + together : $"{prefix}{together}, {all}";
    }

    /// <summary>What kubectl makes of it: one sentence, or a list of them.</summary>
    public static string Explain(ManifestException refusal, string? name) => refusal.Errors.Count == 1
        ? $"The {Pod.ObjectKind} \"{name}\" is invalid: {refusal.Errors[0].Sentence}"
        : $"The {Pod.ObjectKind} \"{name}\" is invalid: \n" + string.Join('\n', refusal.Errors.Select(error => $"* {error.Sentence}"));

    private static StatusCause ToCause(ManifestError error) => new()
    {
        Field = error.Path,
        Message = error.Message,
        Reason = error.Reason switch
        {
            ErrorReason.Required => "FieldValueRequired",
            ErrorReason.NotSupported => "FieldValueNotSupported",
            ErrorReason.Duplicate => "FieldValueDuplicate",
            ErrorReason.Forbidden => "FieldValueForbidden",
            _ => "FieldValueInvalid",
        },
    };
}
