using System.Text.Json;

namespace Pods.Manifests.Tests;

public sealed class KubernetesJsonTests
{
    [Fact]
    public void Pod_is_written_as_the_Kubernetes_API_writes_it()
    {
        Quantity.TryParse("64Mi", out Quantity limit);
        Pod pod = new()
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Metadata = new() { Name = "web", CreationTimestamp = new(2026, 11, 21, 5, 0, 0, 250, TimeSpan.FromHours(2)) },
            Spec = new()
            {
                HostPID = true,
                Containers = [new() { Name = "c", Ports = [new() { Port = 80, HostIP = "127.0.0.1" }],
                    Resources = new() { Limits = new Dictionary<string, Quantity> { ["memory"] = limit } } }],
            },
            Status = new() { PodIP = "10.0.0.1", QosClass = "Burstable", ContainerStatuses = [new() { Name = "c", ImageID = "sha256:1" }] },
        };

        string json = JsonSerializer.Serialize(pod, KubernetesJson.Default.Pod);

        Assert.Equal("""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","creationTimestamp":"2026-11-21T03:00:00Z"},"spec":{"containers":[{"name":"c","ports":[{"containerPort":80,"hostIP":"127.0.0.1"}],"resources":{"limits":{"memory":"64Mi"}}}],"hostPID":true},"status":{"podIP":"10.0.0.1","qosClass":"Burstable","containerStatuses":[{"name":"c","ready":false,"restartCount":0,"imageID":"sha256:1"}]}}
            """, json);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize(json, KubernetesJson.Default.Pod), KubernetesJson.Default.Pod));
    }

    [Fact]
    public void Number_is_a_quantity_too()
    {
        Pod pod = JsonSerializer.Deserialize(
            """{"spec":{"containers":[{"resources":{"limits":{"cpu":2}}}]}}""", KubernetesJson.Default.Pod)!;

        Assert.Equal(2000, pod.Spec!.Containers![0].Resources!.Limits!["cpu"].MilliValue);
    }
}
