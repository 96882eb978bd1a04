using System.Text;
using Pods.TestKit;

namespace Pods.Linux.Tests;

public sealed class SpawnTests
{
    [Fact]
    public void Missing_program_is_an_error_of_the_call()
    {
        var error = Assert.Throws<LinuxException>(() =>
            TestChildren.Reaper.Spawn(new SpawnRequest { File = "/no/such/program", Arguments = ["program"] }));

        Assert.Equal(Errno.ENOENT, error.Errno);
        Assert.Equal("spawn /no/such/program: no such file or directory", error.Message);
    }

    [Fact]
    public async Task Child_gets_the_given_environment_directory_and_arguments_only()
    {
        string output = await Output("printf '%s|' \"$PWD\" \"$A\" \"$HOME\" \"$1\"", new SpawnRequest
        {
            File = "sh",
            Arguments = [],
            Environment = new Dictionary<string, string> { ["A"] = "ü b" },
            WorkingDirectory = "/usr",
        }, "last argument");

        Assert.Equal("/usr|ü b||last argument|", output);
    }

    [Fact]
    public async Task Descriptors_arrive_under_their_numbers_even_when_they_cross()
    {
        using var scratch = new ScratchDirectory();
        File.WriteAllText(scratch.File("a"), "first");
        File.WriteAllText(scratch.File("b"), "second");
        using FileDescriptor first = FileDescriptor.Open(scratch.File("a"), OpenFlags.ReadOnly);
        using FileDescriptor second = FileDescriptor.Open(scratch.File("b"), OpenFlags.ReadOnly);
        // Each wants the number that the other one may have in this process.
        string output = await Output($"cat <&{second.Number}; cat <&{first.Number}", new SpawnRequest
        {
            File = "bash",
            Arguments = [],
            Descriptors = new Dictionary<int, FileDescriptor> { [second.Number] = first, [first.Number] = second },
        });

        Assert.Equal("firstsecond", output);
    }

    [Fact]
    public async Task Child_has_the_given_descriptors_and_no_others()
    {
        using FileDescriptor ours = FileDescriptor.Open("/etc/hostname", OpenFlags.ReadOnly);

        string output = await Output("ls /proc/$$/fd; true", new SpawnRequest
        {
            File = "sh",
            Arguments = [],
            Descriptors = new Dictionary<int, FileDescriptor> { [5] = ours },
        });

        Assert.Equal(["0", "1", "2", "5"], output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Child_does_not_ignore_or_block_signals()
    {
        Prctl.IgnoreBrokenPipe();

        string output = await Output("grep -E 'Sig(Blk|Ign)' /proc/self/status", new SpawnRequest { File = "sh", Arguments = [] });

        Assert.Equal("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", output);
    }

    [Theory]
    [InlineData(ProcessGroup.Own, 5)]
    [InlineData(ProcessGroup.Session, 6)]
    public async Task Group_or_session_of_its_own_is_led_by_the_child(ProcessGroup group, int statField)
    {
        string output = await Output($"echo $$; cut -d' ' -f{statField} /proc/$$/stat", new SpawnRequest { File = "sh", Arguments = [], Group = group });

        string[] lines = output.Split('\n');
        Assert.Equal(lines[0], lines[1]);
    }

    private static async Task<string> Output(string script, SpawnRequest request, params string[] arguments)
    {
        using Pipe pipe = Pipe.Create();
        Child child = TestChildren.Reaper.Spawn(request with
        {
            Arguments = [request.File, "-c", script, request.File, .. arguments],
            Descriptors = new Dictionary<int, FileDescriptor>(request.Descriptors) { [1] = pipe.Write },
        });
        pipe.Write.Dispose();
        await child.Exited;
        byte[] buffer = new byte[4096];
        pipe.Read.TryRead(buffer, out int count);
        return Encoding.UTF8.GetString(buffer, 0, count);
    }
}
