using System.Text.Json;
using Pods.Manifests.Reading;
using Pods.Manifests.Validation;

namespace Pods.Manifests;

/// <summary>Reads LimitRanges and ResourceQuotas, as strictly as manifests: a limit that is misspelt would limit nothing.</summary>
public static class PolicyReader
{
    private static readonly string[] s_resources = ["cpu", "memory"];
    private static readonly string[] s_quotas =
        ["cpu", "limits.cpu", "limits.memory", "memory", "pods", "requests.cpu", "requests.memory", "count/pods"];

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
                Check(ranges[^1], found);
            }
            else if (kind == nameof(ResourceQuota))
            {
                byte[] json = reader.Read((YamlMap)document, PolicySchema.ResourceQuota);
                quotas.Add(JsonSerializer.Deserialize(json, KubernetesJson.Default.ResourceQuota)!);
                Check(quotas[^1], found);
            }
            else
                found.Add(new("kind", $"{kind} is no policy: supported: LimitRange, ResourceQuota", ErrorReason.NotSupported));
            errors.AddRange(reader.Errors);
            errors.AddRange(found.Errors.Where(error => !reader.IsRefused(error.Path)).Select(reader.Place)
                .Select(error => error.Line > 0 ? error : error with { Line = document.At.Line, Column = document.At.Column }));
        }
        return errors.Count == 0 ? new(ranges, quotas) : throw new ManifestException(errors);
    }

    private static void Check(LimitRange range, Findings found)
    {
        found.RequiredName("metadata.name", range.Metadata?.Name, Names.DnsSubdomain);
        for (int i = 0; i < (range.Spec?.Limits?.Count ?? 0); i++)
        {
            LimitRangeItem item = range.Spec!.Limits![i];
            string path = $"spec.limits[{i}]";
            if (found.Required(path + ".type", item.Type))
                found.OneOf(path + ".type", item.Type, "Container", "Pod");
            if (item.Type == "Pod" && (item.Default ?? item.DefaultRequest) is not null)
                found.Add(ManifestError.Forbidden(path + ".default", "may not be specified when `type` is 'Pod'"));
            foreach (var (field, amounts) in new[]
            {
                ("max", item.Max), ("min", item.Min), ("default", item.Default), ("defaultRequest", item.DefaultRequest),
                ("maxLimitRequestRatio", item.MaxLimitRequestRatio),
            })
                foreach (string name in (amounts?.Keys ?? []).Where(name => !s_resources.Contains(name)))
                    found.Add(ManifestError.NotSupported($"{path}.{field}[{name}]", name, s_resources));
        }
    }

    private static void Check(ResourceQuota quota, Findings found)
    {
        found.RequiredName("metadata.name", quota.Metadata?.Name, Names.DnsSubdomain);
        foreach (string name in (quota.Spec?.Hard?.Keys ?? []).Where(name => !s_quotas.Contains(name)))
            found.Add(ManifestError.NotSupported($"spec.hard[{name}]", name, s_quotas));
    }
}
