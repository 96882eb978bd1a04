namespace Pods.Shim.Tests;

public sealed class LibraryTuningTests
{
    [Fact]
    public void Ours_is_for_the_shim_alone()
    {
        Dictionary<string, string> environment = new() { ["PATH"] = "/bin" };
        LibraryTuning.AddTo(environment);
        Assert.Equal(2, environment.Count);
        LibraryTuning.RemoveFrom(environment);
        Assert.Equal(["PATH"], environment.Keys);
    }

    [Fact]
    public void Setting_that_the_library_has_cut_is_still_ours()
    {
        Dictionary<string, string> environment = new() { [LibraryTuning.Variable] = "glibc.pthread.stack_cache_size=0" };
        LibraryTuning.RemoveFrom(environment);
        Assert.Empty(environment);
    }

    [Fact]
    public void Setting_of_an_operator_stays()
    {
        Dictionary<string, string> environment = new() { [LibraryTuning.Variable] = "glibc.malloc.arena_max=2" };
        LibraryTuning.AddTo(environment);
        LibraryTuning.RemoveFrom(environment);
        Assert.Equal("glibc.malloc.arena_max=2", environment[LibraryTuning.Variable]);
    }
}
