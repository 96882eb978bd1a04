namespace Pods.Cli.Output;

/// <summary>Two texts line by line, as diff -u shows them: what is gone, what is new, and three lines around.</summary>
internal static class LineDiff
{
    private const int Context = 3;

    /// <returns>False: they are the same, and nothing was written.</returns>
    public static bool Write(string beforeName, string[] before, string afterName, string[] after, TextWriter output)
    {
        List<(char Mark, string Text)> lines = Compare(before, after);
        if (lines.TrueForAll(l => l.Mark == ' '))
            return false;
        output.WriteLine($"--- {beforeName}");
        output.WriteLine($"+++ {afterName}");
        int shown = -1;
        for (int i = 0; i < lines.Count; i++)
        {
            bool isNear = Enumerable.Range(Math.Max(0, i - Context), Math.Min(lines.Count, i + Context + 1) - Math.Max(0, i - Context))
                .Any(k => lines[k].Mark != ' ');
            if (!isNear)
                continue;
            if (shown != i - 1)
                output.WriteLine("@@");
            output.WriteLine($"{lines[i].Mark}{lines[i].Text}");
            shown = i;
        }
        return true;
    }

    /// <summary>By the longest common subsequence: manifests are hundreds of lines, not thousands.</summary>
    private static List<(char, string)> Compare(string[] before, string[] after)
    {
        int[,] common = new int[before.Length + 1, after.Length + 1];
        for (int i = before.Length - 1; i >= 0; i--)
            for (int k = after.Length - 1; k >= 0; k--)
                common[i, k] = before[i] == after[k] ? common[i + 1, k + 1] + 1 : Math.Max(common[i + 1, k], common[i, k + 1]);
        List<(char, string)> lines = [];
        int left = 0, right = 0;
        while (left < before.Length || right < after.Length)
        {
            if (left < before.Length && right < after.Length && before[left] == after[right])
            {
                lines.Add((' ', before[left++]));
                right++;
            }
            else if (left < before.Length && (right == after.Length || common[left + 1, right] >= common[left, right + 1]))
                lines.Add(('-', before[left++]));
            else
                lines.Add(('+', after[right++]));
        }
        return lines;
    }
}
