namespace Pods.Manifests;

/// <summary>The content of a file in a volume of the pod; null when there is none.</summary>
public delegate byte[]? VolumeFileLookup(string volume, string path);
