using System.Text;
using Pods.TestKit;
using Xunit.Abstractions;

namespace Pods.Manifests.Tests;

/// <summary>Manifests with seeded damage: each is read, or refused with a <see cref="ManifestException"/>, and nothing else.</summary>
public sealed class ManifestMutationTests(ITestOutputHelper output)
{
    private const int Cases = 10_000;

    private static readonly string[] s_fragments =
    [
        "null", "~", "[]", "{}", "- ", ": ", "\n", "\t", "&a ", "*a", "<<: *a", "!!int ", "!x ", "|\n", ">", "\"", "'", "---\n", "...\n", "# ",
        "{{ x }}", "99999999999999999999", "-1", "0x", "1e999", "yes", "\u0000", "\ud83d\ude00", "%YAML 9.9\n", "? ", "spec:", "containers:",
    ];

    [Fact]
    public void Damaged_manifest_is_read_or_refused_whatever_the_damage()
    {
        int seed = Environment.GetEnvironmentVariable("PODS_SEED") is { } given ? int.Parse(given) : Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        byte[][] valid = Manifests("golden"), invalid = Manifests("invalid");
        int read = 0, refused = 0;
        for (int i = 0; i < Cases; i++)
        {
            byte[] damaged = Damage(random.GetItems(i % 4 == 0 ? invalid : valid, 1)[0], random);
            try
            {
                foreach (Pod pod in ManifestReader.Read(damaged, "damaged"))
                    Assert.NotNull(PodDefaults.Apply(pod).Spec);
                read++;
            }
            catch (ManifestException e)
            {
                Assert.NotEmpty(e.Errors);
                Assert.All(e.Errors, error => Assert.True(error.Line > 0 && error.Column > 0, error.ToString()));
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, case {i}: {e}\n{Encoding.UTF8.GetString(damaged)}");
            }
        }
        output.WriteLine($"{read} read, {refused} refused");
        Assert.True(read > 0 && refused > 0);
    }

    private static byte[][] Manifests(string folder) =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "tests", "Pods.Manifests.Tests", folder), "pod.*", SearchOption.AllDirectories)
            .Order().Select(File.ReadAllBytes)];

    private static byte[] Damage(byte[] manifest, Random random)
    {
        List<byte> bytes = [.. manifest];
        for (int times = random.Next(1, 4); times > 0 && bytes.Count > 0; times--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(s_fragments[random.Next(s_fragments.Length)]));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    // A value of another kind in place of what stands behind a colon.
                    int colon = bytes.IndexOf((byte)':', at);
                    if (colon >= 0)
                        bytes.InsertRange(colon + 1, Encoding.UTF8.GetBytes(" " + s_fragments[random.Next(s_fragments.Length)]));
                    break;
            }
        }
        return [.. bytes];
    }
}
