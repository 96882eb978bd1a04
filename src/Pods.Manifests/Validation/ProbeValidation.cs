namespace Pods.Manifests.Validation;

/// <summary>Rules for probes, hooks and the restart policy of one container, in the API server's words.</summary>
internal static class ProbeValidation
{
    private static readonly string[] s_signals =
    [
        "SIGABRT", "SIGALRM", "SIGBUS", "SIGCHLD", "SIGCONT", "SIGFPE", "SIGHUP", "SIGILL", "SIGINT", "SIGIO", "SIGKILL", "SIGPIPE", "SIGPROF",
        "SIGPWR", "SIGQUIT", "SIGSEGV", "SIGSTKFLT", "SIGSTOP", "SIGSYS", "SIGTERM", "SIGTRAP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG",
        "SIGUSR1", "SIGUSR2", "SIGVTALRM", "SIGWINCH", "SIGXCPU", "SIGXFSZ", "SIGRTMIN", .. Enumerable.Range(1, 15).Select(n => $"SIGRTMIN+{n}"),
    ];

    public static void Check(string path, Container container, PodSpec spec, bool isInit, Findings found)
    {
        CheckRestart(path, container, isInit, found);
        if (isInit && container.RestartPolicy != "Always")
        {
            foreach (var (field, isSet) in new[]
            {
                ("lifecycle", container.Lifecycle is not null), ("livenessProbe", container.LivenessProbe is not null),
                ("readinessProbe", container.ReadinessProbe is not null), ("startupProbe", container.StartupProbe is not null),
            })
                if (isSet)
                    found.Add(ManifestError.Forbidden($"{path}.{field}", "may not be set for init containers without restartPolicy=Always"));
            return;
        }
        CheckProbe(path + ".startupProbe", container.StartupProbe, mustSucceedOnce: true, found);
        CheckProbe(path + ".livenessProbe", container.LivenessProbe, mustSucceedOnce: true, found);
        CheckProbe(path + ".readinessProbe", container.ReadinessProbe, mustSucceedOnce: false, found);
        if (container.ReadinessProbe?.TerminationGracePeriodSeconds is { } grace)
            found.Add(ManifestError.Invalid(path + ".readinessProbe.terminationGracePeriodSeconds", grace, "must not be set for readinessProbes"));
        CheckHandler(path + ".lifecycle.postStart", container.Lifecycle?.PostStart, spec, found);
        CheckHandler(path + ".lifecycle.preStop", container.Lifecycle?.PreStop, spec, found);
        CheckStopSignal(path + ".lifecycle.stopSignal", container.Lifecycle?.StopSignal, spec, found);
    }

    private static void CheckStopSignal(string path, string? signal, PodSpec spec, Findings found)
    {
        if (signal is null)
            return;
        found.OneOf(path, signal, s_signals);
        if (string.IsNullOrEmpty(spec.Os?.Name))
            found.Add(ManifestError.Forbidden(path, "may not be set for containers with empty `spec.os.name`"));
    }

    private static void CheckRestart(string path, Container container, bool isInit, Findings found)
    {
        found.OneOf(path + ".restartPolicy", container.RestartPolicy, "Always", "OnFailure", "Never");
        IReadOnlyList<ContainerRestartRule> rules = container.RestartPolicyRules ?? [];
        if (rules.Count > 0 && container.RestartPolicy is null)
            found.Add(ManifestError.Required(path + ".restartPolicy", "must specify restartPolicy when restart rules are used"));
        if (rules.Count > 0 && isInit && container.RestartPolicy == "Always")
            found.Add(ManifestError.Forbidden(path + ".restartPolicyRules", "may not be set for a sidecar, which is always restarted"));
        for (int i = 0; i < rules.Count; i++)
        {
            string here = $"{path}.restartPolicyRules[{i}]";
            if (found.Required(here + ".action", rules[i].Action))
                found.OneOf(here + ".action", rules[i].Action, "Restart");
            if (rules[i].ExitCodes is not { } codes)
                found.Add(ManifestError.Required(here + ".exitCodes", "must be specified"));
            else
            {
                if (found.Required(here + ".exitCodes.operator", codes.Operator))
                    found.OneOf(here + ".exitCodes.operator", codes.Operator, "In", "NotIn");
                if (codes.Values is not { Count: > 0 })
                    found.Add(ManifestError.Required(here + ".exitCodes.values", "must specify at least one exit code"));
            }
        }
    }

    private static void CheckProbe(string path, Probe? probe, bool mustSucceedOnce, Findings found)
    {
        if (probe is null)
            return;
        CheckCount(path, [probe.Exec is not null, probe.HttpGet is not null, probe.TcpSocket is not null, probe.Grpc is not null], found);
        CheckExec(path + ".exec", probe.Exec, found);
        CheckHttp(path + ".httpGet", probe.HttpGet, found);
        if (probe.TcpSocket is { } socket)
            CheckPort(path + ".tcpSocket.port", socket.Port, found);
        if (probe.Grpc is { } grpc)
            CheckPort(path + ".grpc.port", grpc.Port is { } port ? new PortReference(port, null) : null, found);
        foreach (var (field, value) in new[]
        {
            ("initialDelaySeconds", probe.InitialDelaySeconds), ("timeoutSeconds", probe.TimeoutSeconds), ("periodSeconds", probe.PeriodSeconds),
            ("successThreshold", probe.SuccessThreshold), ("failureThreshold", probe.FailureThreshold),
        })
            if (value < 0)
                found.Add(ManifestError.Invalid($"{path}.{field}", value, "must be greater than or equal to 0"));
        if (mustSucceedOnce && probe.SuccessThreshold is { } threshold and > 1)
            found.Add(ManifestError.Invalid(path + ".successThreshold", threshold, "must be 1"));
        if (probe.TerminationGracePeriodSeconds <= 0)
            found.Add(ManifestError.Invalid(
                path + ".terminationGracePeriodSeconds", probe.TerminationGracePeriodSeconds, "must be greater than 0"));
    }

    private static void CheckHandler(string path, LifecycleHandler? handler, PodSpec spec, Findings found)
    {
        if (handler is null)
            return;
        CheckCount(path, [handler.Exec is not null, handler.HttpGet is not null, handler.Sleep is not null], found);
        CheckExec(path + ".exec", handler.Exec, found);
        CheckHttp(path + ".httpGet", handler.HttpGet, found);
        long grace = spec.TerminationGracePeriodSeconds ?? 30;
        if (handler.Sleep is { } sleep && (sleep.Seconds is null || sleep.Seconds < 0 || sleep.Seconds > grace))
            found.Add(ManifestError.Invalid(path + ".sleep.seconds", sleep.Seconds ?? 0,
                $"must be non-negative and less than terminationGracePeriodSeconds ({grace})"));
    }

    private static void CheckCount(string path, bool[] handlers, Findings found)
    {
        int count = handlers.Count(h => h);
        if (count == 0)
            found.Add(ManifestError.Required(path, "must specify a handler type"));
        else if (count > 1)
            found.Add(ManifestError.Forbidden(path, "may not specify more than 1 handler type"));
    }

    private static void CheckExec(string path, ExecAction? exec, Findings found)
    {
        if (exec is not null && exec.Command is not { Count: > 0 })
            found.Add(ManifestError.Required(path + ".command"));
    }

    private static void CheckHttp(string path, HttpGetAction? request, Findings found)
    {
        if (request is null)
            return;
        CheckPort(path + ".port", request.Port, found);
        found.OneOf(path + ".scheme", request.Scheme, "HTTP", "HTTPS");
        for (int i = 0; i < (request.HttpHeaders?.Count ?? 0); i++)
            found.RequiredName($"{path}.httpHeaders[{i}].name", request.HttpHeaders![i].Name, IsHeaderName);
    }

    private static void CheckPort(string path, PortReference? port, Findings found)
    {
        if (port is not { } given)
            found.Add(ManifestError.Required(path));
        else if (given.Name is { } name)
            found.Matches(path, name, Names.PortName);
        else
            found.Range(path, given.Number, 1, 65535);
    }

    private static string? IsHeaderName(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        ? null : "a valid HTTP header must consist of alphanumeric characters or '-'";
}
