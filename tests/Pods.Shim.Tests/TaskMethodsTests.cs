using System.Reflection;
using Google.Protobuf;
using TaskApi = Containerd.Task.V3.Task;

namespace Pods.Shim.Tests;

public sealed class TaskMethodsTests
{
    private readonly TaskMethods _methods = new(null!);

    [Fact]
    public void Every_method_of_the_protocol_is_served()
    {
        const BindingFlags own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        string[] declared = [.. typeof(TaskApi.TaskBase).GetMethods(own).Select(m => m.Name)];
        Assert.Equal(17, declared.Length);
        Assert.All(declared, name => Assert.NotNull(_methods.TryServe(name, ByteString.Empty, null!)));
    }

    [Fact]
    public void Other_names_are_not() => Assert.Null(_methods.TryServe("Remove", ByteString.Empty, null!));
}
