namespace Pods.Manifests;

/// <summary>What the API server fills in for volumes.</summary>
internal static class VolumeDefaults
{
    private const int Mode = 0b110_100_100;

    public static Volume Apply(Volume volume) => volume with
    {
        // "A volume without a source is an emptyDir" is an old default of the API; hostPath's type is the empty string there.
        EmptyDir = volume.SourceCount == 0 ? new() : volume.EmptyDir,
        HostPath = volume.HostPath is { Type: null } host ? host with { Type = "" } : volume.HostPath,
        ConfigMap = volume.ConfigMap is { } map ? map with { DefaultMode = map.DefaultMode ?? Mode } : null,
        Secret = volume.Secret is { } secret ? secret with { DefaultMode = secret.DefaultMode ?? Mode } : null,
        DownwardAPI = volume.DownwardAPI is { } downward
            ? Apply(downward) with { DefaultMode = downward.DefaultMode ?? Mode } : null,
        Projected = volume.Projected is { } projected
            ? projected with { DefaultMode = projected.DefaultMode ?? Mode, Sources = projected.Sources?.Select(Apply).ToArray() } : null,
        Image = volume.Image is { } image
            ? image with { PullPolicy = string.IsNullOrEmpty(image.PullPolicy) ? PodDefaults.PullPolicy(image.Reference) : image.PullPolicy } : null,
    };

    private static VolumeProjection Apply(VolumeProjection source) =>
        source.DownwardAPI is { } downward ? source with { DownwardAPI = Apply(downward) } : source;

    private static DownwardVolumeSource Apply(DownwardVolumeSource source) => source with
    {
        Items = source.Items?.Select(item => item.FieldRef is { ApiVersion: null } field
            ? item with { FieldRef = field with { ApiVersion = Pod.GroupVersion } } : item).ToArray(),
    };
}
