using Pods.Manifests;

namespace Pods.Node;

/// <summary>A request that is refused or failed, as the Kubernetes API says it: code, reason, sentence.</summary>
public sealed class NodeException(int code, string reason, string message, IReadOnlyList<StatusCause>? causes = null) : Exception(message)
{
    public int Code { get; } = code;
    public string Reason { get; } = reason;
    public IReadOnlyList<StatusCause>? Causes { get; } = causes;
    /// <summary>Of the object concerned; kubectl words its own sentence from it.</summary>
    public string? ObjectName { get; init; }
    /// <summary>The resource (pods), or of an invalid object the kind (Pod), as in the API server's answers.</summary>
    public string? ObjectKind { get; init; }

    public static NodeException NotFound(string name, string plural = "pods") =>
        new(404, "NotFound", $"{plural} \"{name}\" not found") { ObjectName = name, ObjectKind = plural };

    public static NodeException AlreadyExists(string name, string plural = "pods") =>
        new(409, "AlreadyExists", $"{plural} \"{name}\" already exists") { ObjectName = name, ObjectKind = plural };

    public static NodeException Conflict(string name, string plural = "pods") => new(409, "Conflict",
        $"Operation cannot be fulfilled on {plural} \"{name}\": the object has been modified; "
        + "please apply your changes to the latest version and try again")
    {
        ObjectName = name,
        ObjectKind = plural,
    };

    public static NodeException Forbidden(string name, string why) =>
        new(403, "Forbidden", $"pods \"{name}\" is forbidden: {why}") { ObjectName = name, ObjectKind = "pods" };

    public static NodeException BadRequest(string message) => new(400, "BadRequest", message);

    public static NodeException Invalid(string name, IReadOnlyList<ManifestError> errors, string kind = Pod.ObjectKind)
    {
        string sentences = string.Join(", ", errors.Select(e => e.Sentence));
        return new(422, "Invalid", $"{kind} \"{name}\" is invalid: {(errors.Count > 1 ? $"[{sentences}]" : sentences)}",
            [.. errors.Select(e => new StatusCause { Field = e.Path, Message = e.Message, Reason = CauseOf(e.Reason) })])
        {
            ObjectName = name,
            ObjectKind = kind,
        };
    }

    private static string CauseOf(ErrorReason reason) => reason switch
    {
        ErrorReason.Required => "FieldValueRequired",
        ErrorReason.NotSupported => "FieldValueNotSupported",
        ErrorReason.Duplicate => "FieldValueDuplicate",
        ErrorReason.Forbidden => "FieldValueForbidden",
        _ => "FieldValueInvalid",
    };
}
