using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Containerd.Runc.V1;
using Containerd.Runtime.Bootstrap.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pods.TestKit;
using Pods.Ttrpc;
using TaskApi = Containerd.Task.V3.Task;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>`start` by hand, without a daemon: what it answers, what it leaves, and how the shim that it starts stands in the machine.</summary>
public sealed class StartTests : IDisposable
{
    private static readonly string _program = Repository.Binary("containerd-shim-pods-v1");

    private readonly ScratchDirectory _first = new(), _second = new();
    private readonly string _id = Unique.Id("start"), _group = Unique.Id("group");

    public StartTests()
    {
        foreach (ScratchDirectory bundle in (ScratchDirectory[])[_first, _second])
            File.WriteAllText(bundle.File("config.json"), $$$"""{"annotations":{"io.containerd.runc.v2.group":"{{{_group}}}"}}""");
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    [SkippableFact]
    public async Task Answer_is_the_address_alone_and_nothing_holds_the_pipe_that_it_came_through()
    {
        Require();
        // The shell waits for the end of both streams, as the daemon does: a shim that held one of them would keep it for ever.
        string line = $"{_program} -namespace k8s.io -address {_first.File("c.sock")} -id {_id} start 2>&1 </dev/null";
        CommandResult start = await Command.RunAsync("sh", ["-c", $"answer=$({line}); printf %s \"$answer\""], directory: _first.Path);
        Assert.Equal($"unix://{Socket()}", start.Succeeded().Output);
        int shim = FindShim(_id)!.Pid;
        foreach (int stream in (int[])[0, 1, 2])
            Assert.Equal("/dev/null", new FileInfo($"/proc/{shim}/fd/{stream}").LinkTarget);
        await EndAsync(shim);
    }

    [SkippableFact]
    public async Task Shim_leads_a_process_group_in_the_bundle_and_goes_before_its_daemon_when_memory_is_short()
    {
        Require();
        await StartAsync(_first, _id);
        int shim = FindShim(_id)!.Pid;
        Assert.Equal(_first.Path, new FileInfo($"/proc/{shim}/cwd").LinkTarget);
        string[] fields = (await File.ReadAllTextAsync($"/proc/{shim}/stat")).Split(") ")[^1].Split(' ');
        Assert.Equal(shim, int.Parse(fields[2]));
        int ours = int.Parse(await File.ReadAllTextAsync("/proc/self/oom_score_adj"));
        Assert.Equal(Math.Min(ours + 1, 1000), int.Parse(await File.ReadAllTextAsync($"/proc/{shim}/oom_score_adj")));
        await EndAsync(shim);
    }

    [SkippableFact]
    public async Task Address_is_left_in_the_bundle_of_every_start_of_a_group_and_the_second_starts_nothing()
    {
        Require();
        string second = Unique.Id("second");
        await StartAsync(_first, _id);
        await StartAsync(_second, second);
        foreach (ScratchDirectory bundle in (ScratchDirectory[])[_first, _second])
            Assert.Equal($"unix://{Socket()}", await File.ReadAllTextAsync(bundle.File("address")));
        Assert.Null(FindShim(second));
        await EndAsync(FindShim(_id)!.Pid);
    }

    [SkippableFact]
    public async Task Shim_that_got_no_container_ends_when_its_bundle_goes_however_late()
    {
        Require();
        await StartAsync(_first, _id);
        int shim = FindShim(_id)!.Pid;
        // It looks when it has had nothing to do for four seconds: the bundle goes after that.
        long started = Stopwatch.GetTimestamp();
        await Eventually.True(() => Stopwatch.GetElapsedTime(started).TotalSeconds > 6, "it has looked once");
        Assert.NotNull(FindShim(_id));

        Directory.Delete(_first.Path, recursive: true);

        await Eventually.True(() => ProcessTable.Find(shim) is null or { State: 'Z' }, "the shim has ended", TimeSpan.FromSeconds(30));
        Assert.False(File.Exists(Socket()));
        Directory.CreateDirectory(_first.Path);
    }

    [SkippableFact]
    public async Task Dead_socket_of_the_group_is_replaced()
    {
        Require();
        await StartAsync(_first, _id);
        Native.Kill(FindShim(_id)!.Pid);
        await Eventually.True(() => FindShim(_id) is null, "the shim is dead");
        Assert.True(File.Exists(Socket()));
        string second = Unique.Id("second");
        await StartAsync(_second, second);
        await EndAsync(FindShim(second)!.Pid);
    }

    [SkippableFact]
    public async Task Socket_in_a_directory_of_the_daemons_is_found_from_the_bundle_and_removed()
    {
        Require();
        using ScratchDirectory sockets = new();
        BootstrapParams parameters = new() { InstanceId = _id, Namespace = "k8s.io", SocketDir = sockets.Path };
        CommandResult start = await StartAsync(_first, _id, parameters);
        Assert.Contains($"unix://{Socket(sockets.Path)}", start.Output);
        Assert.Equal(sockets.Path, new FileInfo(_first.File("s")).LinkTarget);
        Native.Kill(FindShim(_id)!.Pid);
        await Eventually.True(() => FindShim(_id) is null, "the shim is dead");
        (await Command.RunAsync(_program, ["-namespace", "k8s.io", "-address", _first.File("c.sock"), "-id", _id, "-bundle", _first.Path, "delete"],
            directory: _first.Path)).Succeeded();
        Assert.Empty(Directory.GetFiles(sockets.Path));
    }

    [SkippableFact]
    public async Task Shim_lives_in_the_cgroup_that_its_options_name()
    {
        Require();
        string root = Directory.Exists("/sys/fs/cgroup/pids") ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup", cgroup = $"/{_id}";
        Directory.CreateDirectory(root + cgroup);
        try
        {
            await StartAsync(_first, _id, InCgroup(cgroup));
            int shim = FindShim(_id)!.Pid;
            Assert.Contains(shim.ToString(), await File.ReadAllLinesAsync($"{root}{cgroup}/cgroup.procs"));
            await EndAsync(shim);
        }
        finally
        {
            // Until somebody has reaped the shim, which is not ours any more, the kernel counts it in.
            await Eventually.True(() => TryRemove(root + cgroup), "the cgroup is empty", TimeSpan.FromSeconds(30));
        }
    }

    [SkippableFact]
    public async Task Cgroup_that_is_not_there_is_an_error_that_leaves_no_shim_and_no_socket()
    {
        Require();
        CommandResult start = await RunAsync(_first, _id, InCgroup($"/nowhere-{_id}"));
        Assert.Equal((1, ""), (start.ExitCode, start.Output));
        Assert.Contains($"/nowhere-{_id}/cgroup.procs", start.Error);
        Assert.False(File.Exists(Socket()));
        Assert.False(File.Exists(_first.File("address")));
        await Eventually.True(() => FindShim(_id) is null, "the shim has ended");
    }

    private static bool TryRemove(string cgroup)
    {
        try
        {
            Directory.Delete(cgroup);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void Require()
    {
        Requires.Root();
        Requires.Binaries("containerd-shim-pods-v1");
    }

    private static Any InCgroup(string path) =>
        new() { TypeUrl = "containerd.runc.v1.Options", Value = new Options { ShimCgroup = path }.ToByteString() };

    private string Socket(string directory = "/run/containerd/s")
    {
        byte[] name = Encoding.UTF8.GetBytes($"{_first.File("c.sock")}/k8s.io/{_group}");
        return $"{directory}/{Convert.ToHexStringLower(SHA256.HashData(name))}";
    }

    private async Task<CommandResult> StartAsync(ScratchDirectory bundle, string id, IMessage? input = null) =>
        (await RunAsync(bundle, id, input)).Succeeded();

    // What is sent has no byte above 0x7f, so that text carries it.
    private Task<CommandResult> RunAsync(ScratchDirectory bundle, string id, IMessage? input) => Command.RunAsync(
        _program, ["-namespace", "k8s.io", "-address", _first.File("c.sock"), "-id", id, "start"],
        input: input is null ? "" : Encoding.ASCII.GetString(input.ToByteArray()), directory: bundle.Path);

    private static ProcessEntry? FindShim(string id) =>
        ProcessTable.All().SingleOrDefault(p => p.State != 'Z' && p.CommandLine.Contains(id) && !p.CommandLine.Contains("start"));

    private async Task EndAsync(int shim)
    {
        // It serves by now, so it knows what to do when it is asked to end.
        await using (TtrpcChannel channel = await TtrpcChannel.ConnectAsync(Socket(), CancellationToken.None))
            await new TaskApi.TaskClient(channel.CreateCallInvoker()).ConnectAsync(new() { Id = _id });
        Native.Kill(shim, "TERM");
        await Eventually.True(() => ProcessTable.Find(shim) is null or { State: 'Z' }, "the shim has ended");
        Assert.False(File.Exists(Socket()));
    }
}
