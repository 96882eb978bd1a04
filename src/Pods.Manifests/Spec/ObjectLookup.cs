namespace Pods.Manifests;

/// <summary>Finds an object of the pod's namespace; null when there is none.</summary>
public delegate SupportingObject? ObjectLookup(SupportingKind kind, string name);
