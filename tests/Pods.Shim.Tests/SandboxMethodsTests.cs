using System.Reflection;
using Google.Protobuf;
using SandboxApi = Containerd.Runtime.Sandbox.V1.Sandbox;

namespace Pods.Shim.Tests;

public sealed class SandboxMethodsTests
{
    private readonly SandboxMethods _methods = new(null!);

    [Fact]
    public void Every_method_of_the_protocol_is_served()
    {
        const BindingFlags own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        string[] declared = [.. typeof(SandboxApi.SandboxBase).GetMethods(own).Select(m => m.Name)];
        Assert.Equal(9, declared.Length);
        Assert.All(declared, name => Assert.NotNull(_methods.TryServe(name, ByteString.Empty, null!)));
    }

    [Fact]
    public void Other_names_are_not() => Assert.Null(_methods.TryServe("Create", ByteString.Empty, null!));
}
