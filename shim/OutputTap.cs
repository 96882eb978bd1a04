using Pods.Linux;

namespace Pods.Shim;

/// <summary>
/// Shows what a container writes to those who look on now, besides the log: a fifo per onlooker in a directory, named STREAM-…, made
/// by the onlooker. One that does not keep up misses something; the container never waits for it.
/// </summary>
internal sealed class OutputTap(string directory, string stream)
{
    private readonly string _pattern = stream + "-*";

    /// <returns>Whether anybody looks on.</returns>
    public bool Show(ReadOnlySpan<byte> bytes)
    {
        bool isWatched = false;
        foreach (string path in Onlookers())
        {
            try
            {
                using FileDescriptor fifo = Fifo.OpenWriter(path);
                isWatched = true;
                fifo.TryWrite(bytes, out _);
            }
            catch (LinuxException)
            {
                // Made but not opened yet, or left behind (ENXIO), or going (EPIPE, ENOENT): nobody looks.
            }
        }
        return isWatched;
    }

    private string[] Onlookers()
    {
        try
        {
            return Directory.GetFiles(directory, _pattern);
        }
        catch (IOException)
        {
            return [];   // no directory: nobody has ever looked
        }
    }
}
