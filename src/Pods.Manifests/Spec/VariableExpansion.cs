using System.Text;

namespace Pods.Manifests;

/// <summary>
/// <c>$(NAME)</c> in command, args and env values, by the kubelet's rules: an unknown name stays as it is written,
/// <c>$$</c> is a dollar sign (so <c>$$(NAME)</c> is never expanded), and any other dollar stands for itself.
/// </summary>
public static class VariableExpansion
{
    public static string Expand(string text, Func<string, string?> valueOf)
    {
        if (!text.Contains('$'))
            return text;
        StringBuilder expanded = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char next = text[i] == '$' && i + 1 < text.Length ? text[i + 1] : '\0';
            int close = next == '(' ? text.IndexOf(')', i + 2) : -1;
            if (next == '$')
            {
                expanded.Append('$');
                i++;
            }
            else if (close > 0)
            {
                string name = text[(i + 2)..close];
                expanded.Append(valueOf(name) ?? $"$({name})");
                i = close;
            }
            else
            {
                expanded.Append(text[i]);
            }
        }
        return expanded.ToString();
    }
}
