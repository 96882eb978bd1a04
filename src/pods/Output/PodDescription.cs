using System.Globalization;
using Pods.Manifests;

namespace Pods.Cli.Output;

/// <summary>The page of <c>pods describe</c>, in the order and with the words of kubectl's.</summary>
internal static class PodDescription
{
    public static void Write(Pod pod, TextWriter output)
    {
        Field(output, 0, "Name", pod.Metadata?.Name);
        Field(output, 0, "Namespace", pod.Metadata?.Namespace);
        Field(output, 0, "Node", $"{pod.Spec?.NodeName}/{pod.Status?.HostIP}");
        Field(output, 0, "Start Time", Time(pod.Status?.StartTime));
        Map(output, "Labels", pod.Metadata?.Labels);
        Map(output, "Annotations", pod.Metadata?.Annotations?.Where(a => !a.Key.StartsWith("kubectl.kubernetes.io/")));
        string? phase = pod.Metadata?.DeletionTimestamp is { } end ? $"Terminating (until {Time(end)})" : pod.Status?.Phase;
        Field(output, 0, "Status", phase);
        if (pod.Status?.Reason is { Length: > 0 } reason)
            Field(output, 0, "Reason", reason);
        if (pod.Status?.Message is { Length: > 0 } message)
            Field(output, 0, "Message", message);
        Field(output, 0, "IP", pod.Status?.PodIP);
        Field(output, 0, "QoS Class", pod.Status?.QosClass);
        Containers(output, "Init Containers", pod.Spec?.InitContainers, pod.Status?.InitContainerStatuses);
        Containers(output, "Containers", pod.Spec?.Containers, pod.Status?.ContainerStatuses);
        Conditions(output, pod.Status?.Conditions);
        Volumes(output, pod.Spec?.Volumes);
    }

    private static void Containers(
        TextWriter output, string title, IReadOnlyList<Container>? containers, IReadOnlyList<ContainerStatus>? statuses)
    {
        if (containers is not { Count: > 0 })
            return;
        output.WriteLine(title + ":");
        foreach (Container container in containers)
            WriteContainer(output, container, statuses?.FirstOrDefault(s => s.Name == container.Name));
    }

    private static void WriteContainer(TextWriter output, Container container, ContainerStatus? status)
    {
        output.WriteLine($"  {container.Name}:");
        Field(output, 4, "Container ID", status?.ContainerID);
        Field(output, 4, "Image", container.Image);
        Field(output, 4, "Image ID", status?.ImageID);
        if (container.Ports is { Count: > 0 } ports)
            Field(output, 4, "Ports", string.Join(", ", ports.Select(p => $"{p.Port}/{p.Protocol ?? "TCP"}{(p.HostPort > 0 ? $" (host {p.HostPort})" : "")}")));
        Words(output, "Command", container.Command);
        Words(output, "Args", container.Args);
        State(output, "State", status?.State);
        if (status?.LastState is { } last)
            State(output, "Last State", last);
        Field(output, 4, "Ready", status?.Ready.ToString());
        Field(output, 4, "Restart Count", (status?.RestartCount ?? 0).ToString(CultureInfo.InvariantCulture));
        Resources(output, "Limits", container.Resources?.Limits);
        Resources(output, "Requests", container.Resources?.Requests);
        if (container.Env is { Count: > 0 } variables)
        {
            output.WriteLine("    Environment:");
            foreach (EnvVar variable in variables)
                output.WriteLine($"      {variable.Name}:  {variable.Value ?? $"({variable.ValueFrom?.FieldRef?.FieldPath})"}");
        }
        if (container.VolumeMounts is { Count: > 0 } mounts)
        {
            output.WriteLine("    Mounts:");
            foreach (VolumeMount mount in mounts)
                output.WriteLine($"      {mount.MountPath} from {mount.Name} ({(mount.ReadOnly == true ? "ro" : "rw")}{(mount.SubPath is { } sub ? $",path=\"{sub}\"" : "")})");
        }
    }

    private static void State(TextWriter output, string title, ContainerState? state)
    {
        switch (state)
        {
            case { Running: { } running }:
                Field(output, 4, title, "Running");
                Field(output, 6, "Started", Time(running.StartedAt));
                break;
            case { Waiting: { } waiting }:
                Field(output, 4, title, "Waiting");
                Field(output, 6, "Reason", waiting.Reason);
                if (waiting.Message is { Length: > 0 } message)
                    Field(output, 6, "Message", message);
                break;
            case { Terminated: { } ended }:
                Field(output, 4, title, "Terminated");
                Field(output, 6, "Reason", ended.Reason);
                if (ended.Message is { Length: > 0 } why)
                    Field(output, 6, "Message", why);
                int code = ended.Signal > 0 ? ended.Signal.Value : ended.ExitCode;
                Field(output, 6, ended.Signal > 0 ? "Signal" : "Exit Code", code.ToString(CultureInfo.InvariantCulture));
                Field(output, 6, "Started", Time(ended.StartedAt));
                Field(output, 6, "Finished", Time(ended.FinishedAt));
                break;
            default:
                Field(output, 4, title, "Waiting");
                break;
        }
    }

    private static void Conditions(TextWriter output, IReadOnlyList<PodCondition>? conditions)
    {
        if (conditions is not { Count: > 0 })
            return;
        output.WriteLine("Conditions:");
        Table table = new("  Type", "Status", "Reason", "Message");
        foreach (PodCondition condition in conditions)
            table.Add("  " + condition.Type, condition.Status ?? "", condition.Reason ?? "", condition.Message ?? "");
        table.Write(output);
    }

    private static void Volumes(TextWriter output, IReadOnlyList<Volume>? volumes)
    {
        if (volumes is not { Count: > 0 })
            return;
        output.WriteLine("Volumes:");
        foreach (Volume volume in volumes)
        {
            output.WriteLine($"  {volume.Name}:");
            if (volume.HostPath is { } host)
            {
                Field(output, 4, "Type", "HostPath");
                Field(output, 4, "Path", host.Path);
                Field(output, 4, "HostPathType", host.Type);
            }
            else
            {
                Field(output, 4, "Type", "EmptyDir");
                Field(output, 4, "Medium", volume.EmptyDir?.Medium);
                Field(output, 4, "SizeLimit", volume.EmptyDir?.SizeLimit?.ToString());
            }
        }
    }

    private static void Words(TextWriter output, string title, IReadOnlyList<string>? words)
    {
        if (words is not { Count: > 0 })
            return;
        output.WriteLine($"    {title}:");
        foreach (string line in words.SelectMany(w => w.Split('\n')))
            output.WriteLine("      " + line);
    }

    private static void Resources(TextWriter output, string title, IReadOnlyDictionary<string, Quantity>? amounts)
    {
        if (amounts is not { Count: > 0 })
            return;
        output.WriteLine($"    {title}:");
        foreach (var (name, amount) in amounts.OrderBy(a => a.Key, StringComparer.Ordinal))
            output.WriteLine($"      {name}:  {amount}");
    }

    private static void Map(TextWriter output, string title, IEnumerable<KeyValuePair<string, string>>? entries)
    {
        string[] lines = [.. (entries ?? []).OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}")];
        Field(output, 0, title, lines.Length == 0 ? "<none>" : lines[0]);
        foreach (string line in lines.Skip(1))
            output.WriteLine(new string(' ', 18) + line);
    }

    private static void Field(TextWriter output, int indent, string name, string? value) =>
        output.WriteLine((new string(' ', indent) + name + ":").PadRight(indent == 0 ? 18 : 20) + (string.IsNullOrEmpty(value) ? "<none>" : value));

    private static string? Time(DateTimeOffset? time) => time?.ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture);
}
