using Pods.Daemon.Api;

namespace Pods.Node.Tests;

/// <summary>Header blocks as zlib itself wrote them, with the dictionary of the protocol.</summary>
public sealed class SpdyHeadersTests
{
    private const string First = "78bbe3c6a7c202253a703a2b294a4dcc851625aca9a0808614cb45e01c6061606100a4398b20d198094ade8c0600000000ffff";
    private const string Second = "02c960680695438944e9452fc1b8105e07000000ffff";

    [Fact]
    public void Blocks_of_a_connection_are_read_one_after_the_other()
    {
        using SpdyHeaders headers = new();

        Dictionary<string, string> error = headers.Read(Convert.FromHexString(First));
        Dictionary<string, string> data = headers.Read(Convert.FromHexString(Second));

        Assert.Equal(new() { ["streamtype"] = "error", ["port"] = "8080", ["requestid"] = "0" }, error);
        Assert.Equal(new() { ["streamtype"] = "data", ["port"] = "8080", ["requestid"] = "0", ["content-type"] = "text/plain" }, data);
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        using SpdyHeaders writer = new(), reader = new();

        Assert.Empty(reader.Read(writer.Write()));
        Assert.Equal(new() { ["port"] = "80", ["status"] = "200 OK" }, reader.Read(writer.Write(("port", "80"), ("status", "200 OK"))));
    }

    [Fact]
    public void Garbage_is_an_error_of_our_own_and_never_more_than_a_block_of_memory()
    {
        byte[] good = Convert.FromHexString(First);
        Random random = new(11);
        for (int i = 0; i < 10_000; i++)
        {
            byte[] bad = [.. good];
            for (int n = random.Next(1, 4); n > 0; n--)
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            using SpdyHeaders headers = new();
            try
            {
                headers.Read(bad.AsSpan(0, random.Next(bad.Length + 1)));
            }
            catch (InvalidDataException)
            {
                // As promised.
            }
        }
    }
}
