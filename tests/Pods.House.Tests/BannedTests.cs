using System.Text.RegularExpressions;

namespace Pods.House.Tests;

/// <summary>What the code must not use, and where.</summary>
public sealed partial class BannedTests
{
    // The kernel tells nobody when a mount or a cgroup stops being busy, and umount(2), rmdir(2) and a write to
    // cgroup.freeze block their thread anyway: these calls try again, a limited number of times.
    private static readonly string[] s_maySleep = ["src/Pods.Linux/Mounts.cs", "src/Pods.Linux/Cgroup.LifeCycle.cs"];

    [Fact]
    public void Unsafe_code_and_imports_stand_in_Pods_Linux_only() => House.Expect("unsafe code has one door",
        from file in SourceTree.CSharp
        where file.Project != "src/Pods.Linux" && file.Path != "tests/Pods.TestKit/Native.cs"
        from place in file.Find(Unsafe())
        select place);

    [Fact]
    public void Unsafe_blocks_say_why_they_are_safe() => House.Expect("a SAFETY comment above each unsafe block",
        from file in SourceTree.CSharp
        from Match block in UnsafeBlock().Matches(file.Code)
        let line = file.LineAt(block.Index)
        where !file.Text.Split('\n')[Math.Max(0, line - 8)..line].Any(above => above.Contains("// SAFETY:"))
        select $"{file.Path}:{line}");

    [Fact]
    public void Shim_uses_nothing_that_costs_it_its_memory_or_its_children() => House.Expect(
        "System.Diagnostics.Process reaps our children; Descriptor and Any.Pack cost 0.8 MB",
        from file in SourceTree.CSharp
        where Dependencies.OfShim.Contains(file.Project)
        from place in file.Find(CostlyInShim())
        select place);

    [Fact]
    public void Libraries_do_not_talk_to_the_terminal() => House.Expect("Console is the programs'",
        from file in SourceTree.Libraries
        from place in file.Find(Terminal())
        select place);

    // The one use of reflection is a program asking for its own version, which survives trimming.
    [Fact]
    public void Product_is_without_reflection_and_async_void() => House.Expect("no reflection, no async void, no ConfigureAwait",
        from file in SourceTree.Product
        where file.Name != "VersionCommand.cs"
        from place in file.Find(NotInProduct())
        select place);

    [Fact]
    public void Product_neither_sleeps_nor_knows_local_time() => House.Expect("no thread sleeps; local time nowhere",
        from file in SourceTree.Product
        where !s_maySleep.Contains(file.Path)
        from place in file.Find(OtherClock())
        select place);

    [Fact]
    public void Tests_do_not_sleep() => House.Expect("Eventually or an event, never a sleep",
        from file in SourceTree.Tests
        // The benchmark's figure is what a shim weighs after half a minute of nothing.
        where file.Path != "tests/Pods.TestKit/Eventually.cs" && file.Project is not ("tests/Pods.House.Tests" or "tests/Pods.Bench")
        from place in file.Find(Sleep())
        select place);

    // The CLI's messages are kubectl's: "Error from server (NotFound): …".
    [Fact]
    public void Exception_messages_are_lower_case_sentences_without_a_full_stop() => House.Expect("lower case, no full stop",
        from file in SourceTree.Product
        where file.Project != "src/pods"
        from Match message in ThrownText().Matches(file.Text)
        where UpperCaseWord().IsMatch(message.Groups[1].Value) || message.Groups[1].Value.EndsWith('.')
        select $"{file.Path}:{file.LineAt(message.Index)}: {message.Groups[1].Value}");

    [GeneratedRegex(@"\b(unsafe|LibraryImport|DllImport|fixed\s*\(|stackalloc\s+\w+\*)")]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"\bunsafe\s*\{")]
    private static partial Regex UnsafeBlock();

    [GeneratedRegex(@"\bProcessStartInfo\b|\bDiagnostics\.Process\b|\bProcess\.(Start|GetProcess\w*|GetCurrentProcess)\(|\.Descriptor\b(?!\s*\()|\bAny\.Pack\b|\.Unpack<|\bParallel\.")]
    private static partial Regex CostlyInShim();

    [GeneratedRegex(@"\bConsole\.")]
    private static partial Regex Terminal();

    [GeneratedRegex(@"\busing System\.Reflection\b|\basync void\b|\.ConfigureAwait\(|\bActivator\.|\bGC\.WaitForPendingFinalizers\b")]
    private static partial Regex NotInProduct();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Now|Today)\b|\bThread\.Sleep\(")]
    private static partial Regex OtherClock();

    [GeneratedRegex(@"\bThread\.Sleep\(|\bTask\.Delay\((?!Timeout\.Infinite)|\basync void\b")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"throw new \w*Exception\(\s*\$?@?""([^""]*)""")]
    private static partial Regex ThrownText();

    // An upper-case first letter, unless the word is a name that is written so (CNI, OCI, YAML, I/O).
    [GeneratedRegex(@"^[A-Z][a-z]")]
    private static partial Regex UpperCaseWord();
}
