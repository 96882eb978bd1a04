using System.Text;
using Pods.TestKit;

namespace Pods.Node.Tests;

public sealed class ContainerLogTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    private string Log => _scratch.File("0.log");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Files_of_a_rotated_log_are_read_in_their_order()
    {
        File.WriteAllText(Log + ".2", Line(1, "one"));
        File.WriteAllText(Log + ".1", Line(2, "two"));
        File.WriteAllText(Log, Line(3, "three"));

        Assert.Equal("one\ntwo\nthree\n", await ReadAsync(new()));
    }

    [Fact]
    public async Task Parts_of_a_long_line_are_joined_and_stamped_once()
    {
        File.WriteAllText(Log, Line(1, "begin ", "P") + Line(2, "end"));

        Assert.Equal($"{Stamp(1)} begin end\n", await ReadAsync(new() { Timestamps = true }));
    }

    [Fact]
    public async Task Tail_counts_lines_across_files()
    {
        File.WriteAllText(Log + ".1", Line(1, "one") + Line(2, "two"));
        File.WriteAllText(Log, Line(3, "three"));

        Assert.Equal("two\nthree\n", await ReadAsync(new() { TailLines = 2 }));
        Assert.Equal("", await ReadAsync(new() { TailLines = 0 }));
    }

    [Fact]
    public async Task Lines_before_the_time_asked_for_are_left_out()
    {
        File.WriteAllText(Log, Line(1, "old") + Line(2, "new"));

        Assert.Equal("new\n", await ReadAsync(new() { Since = DateTimeOffset.Parse(Stamp(2)) }));
    }

    [Fact]
    public async Task Limit_cuts_within_a_line()
    {
        File.WriteAllText(Log, Line(1, "abcdef"));

        Assert.Equal("abc", await ReadAsync(new() { LimitBytes = 3 }));
    }

    [Fact]
    public async Task Line_that_is_torn_is_left_out_and_bytes_that_are_no_text_are_kept()
    {
        File.WriteAllBytes(Log, [.. "garbage\n"u8, .. Encoding.ASCII.GetBytes(Line(1, "")[..^1]), 0xff, 0xfe, (byte)'\n', .. "2026-01-02T03"u8]);
        using MemoryStream output = new();

        await new ContainerLog(Log).CopyAsync(new(), output, Task.CompletedTask, CancellationToken.None);

        Assert.Equal([0xff, 0xfe, (byte)'\n'], output.ToArray());
    }

    [Fact]
    public async Task Follower_loses_no_line_while_files_rotate_and_ends_with_the_container()
    {
        const int count = 500, perFile = 20, files = 40;
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using MemoryStream output = new();
        Task reading = new ContainerLog(Log).CopyAsync(new() { Follow = true }, output, ended.Task, CancellationToken.None);
        for (int i = 0; i < count; i++)
        {
            if (i % perFile == 0 && i > 0)
                Rotate(files);
            File.AppendAllText(Log, Line(i % 60, i.ToString()));
        }
        ended.SetResult();
        await reading.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(Enumerable.Range(0, count).Select(i => i.ToString()),
            Encoding.ASCII.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Files_that_are_opened_while_they_rotate_are_all_that_there_are()
    {
        const int files = 300;
        File.WriteAllText(Log, "0\n");
        Task rotating = Task.Run(() =>
        {
            for (int i = 1; i < files; i++)
            {
                File.WriteAllText(Log + ".new", $"{i}\n");
                Rotate(i + 1);
                File.Move(Log + ".new", Log);
            }
        });
        try
        {
            while (!rotating.IsCompleted)
            {
                List<LogFile> opened = LogFile.OpenNewerThan(Log, null);
                string[] numbers = [.. opened.Select(f => Encoding.ASCII.GetString(f.ReadLines().Single().Span))];
                opened.ForEach(f => f.Dispose());
                Assert.Equal(Enumerable.Range(0, Math.Max(1, numbers.Length)).Select(i => i.ToString()), numbers);
            }
        }
        finally
        {
            await rotating;
        }
    }

    private void Rotate(int files)
    {
        for (int number = files - 1; number > 0; number--)
            if (File.Exists(Name(number - 1)))
                File.Move(Name(number - 1), Name(number), overwrite: true);
    }

    private string Name(int number) => number == 0 ? Log : $"{Log}.{number}";

    private async Task<string> ReadAsync(PodLogRequest request)
    {
        using MemoryStream output = new();
        await new ContainerLog(Log).CopyAsync(request, output, Task.CompletedTask, CancellationToken.None);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static string Stamp(int second) => $"2026-01-02T03:04:{second:00}.000000000Z";

    private static string Line(int second, string text, string tag = "F") => $"{Stamp(second)} stdout {tag} {text}\n";
}
