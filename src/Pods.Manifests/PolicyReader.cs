using System.Text.Json;
using Pods.Manifests.Reading;
using Pods.Manifests.Validation;

namespace Pods.Manifests;

/// <summary>Reads LimitRanges and ResourceQuotas, as strictly as manifests: a limit that is misspelt would limit nothing.</summary>
public static class PolicyReader
{
    /// <exception cref="ManifestException">With all mistakes, each with its line and column.</exception>
    public static NodePolicies Read(byte[] content, string source)
    {
        List<LimitRange> ranges = [];
        List<ResourceQuota> quotas = [];
        List<ManifestError> errors = [];
        foreach (YamlValue document in ManifestReader.Documents(content, source))
        {
            DocumentReader reader = new(source);
            Findings found = new();
            string? kind = ((document as YamlMap)?.Find("kind") as YamlScalar)?.Text;
            if (kind == nameof(LimitRange))
            {
                byte[] json = reader.Read((YamlMap)document, PolicySchema.LimitRange);
                ranges.Add(JsonSerializer.Deserialize(json, KubernetesJson.Default.LimitRange)!);
                PolicyValidation.Check(ranges[^1].Metadata, ranges[^1].Spec?.Limits, found);
            }
            else if (kind == nameof(ResourceQuota))
            {
                byte[] json = reader.Read((YamlMap)document, PolicySchema.ResourceQuota);
                quotas.Add(JsonSerializer.Deserialize(json, KubernetesJson.Default.ResourceQuota)!);
                PolicyValidation.Check(quotas[^1].Metadata, quotas[^1].Spec?.Hard, found);
            }
            else
                found.Add(new("kind", $"{kind} is no policy: supported: LimitRange, ResourceQuota", ErrorReason.NotSupported));
            errors.AddRange(reader.Errors);
            errors.AddRange(found.Errors.Where(error => !reader.IsRefused(error.Path)).Select(reader.Place)
                .Select(error => error.Line > 0 ? error : error with { Line = document.At.Line, Column = document.At.Column }));
        }
        return errors.Count == 0 ? new(ranges, quotas) : throw new ManifestException(errors);
    }
}
