using System.Globalization;
using System.Text;
using System.Text.Json;
using Containerd.Linux.Runc;
using Google.Protobuf.WellKnownTypes;
using RuncOptions = Containerd.Runc.V1.Options;
using RuntimeOptions = Runtimeoptions.V1.Options;

namespace Pods.Shim;

/// <summary>What a client set for the OCI runtime of a container: containerd.runc.v1.Options in whichever form it came.</summary>
internal sealed record ShimOptions
{
    public const string DefaultRuntime = "runc";

    private const string RuncName = "containerd.runc.v1.Options";
    private const string CreateName = "containerd.linux.runc.CreateOptions";
    private const string RuntimeName = "runtimeoptions.v1.Options";

    public bool NoPivotRoot { get; init; }
    public bool NoNewKeyring { get; init; }
    public string ShimCgroup { get; init; } = "";
    public uint IoUid { get; init; }
    public uint IoGid { get; init; }
    public string BinaryName { get; init; } = "";
    public string Root { get; init; } = "";
    public string CriuPath { get; init; } = "";
    public bool SystemdCgroup { get; init; }
    public string CriuWorkPath { get; init; } = "";

    public string Runtime => BinaryName.Length > 0 ? BinaryName : DefaultRuntime;

    public static bool IsKnown(Any options) => NameOf(options) is RuncName or CreateName or RuntimeName;

    /// <summary>What came with `start` or Create, in each of the forms that containerd's versions send.</summary>
    public static ShimOptions Decode(Any? options)
    {
        if (options is null || options.Value.IsEmpty)
            return new();
        return NameOf(options) switch
        {
            RuncName => From(RuncOptions.Parser.ParseFrom(options.Value)),
            CreateName => From(CreateOptions.Parser.ParseFrom(options.Value)),
            RuntimeName => From(RuntimeOptions.Parser.ParseFrom(options.Value)),
            _ => throw new ArgumentException($"options of type \"{options.TypeUrl}\" are not known"),
        };
    }

    /// <summary>The CRI form; keys that name nothing here are the daemon's business.</summary>
    public static ShimOptions FromToml(string text)
    {
        IReadOnlyDictionary<string, object> values = OptionsToml.Parse(text);
        return new()
        {
            NoPivotRoot = Get<bool>("NoPivotRoot"),
            NoNewKeyring = Get<bool>("NoNewKeyring"),
            ShimCgroup = Get<string>("ShimCgroup") ?? "",
            IoUid = Number("IoUid"),
            IoGid = Number("IoGid"),
            BinaryName = Get<string>("BinaryName") ?? "",
            Root = Get<string>("Root") ?? "",
            CriuPath = Get<string>("CriuPath") ?? "",
            SystemdCgroup = Get<bool>("SystemdCgroup"),
            CriuWorkPath = Get<string>("CriuWorkPath") ?? "",
        };

        uint Number(string key) => Get<long>(key) is >= 0 and <= uint.MaxValue and long value
            ? (uint)value
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"runtime options: {key} cannot be {Get<long>(key)}"));

        T? Get<T>(string key) => values.GetValueOrDefault(key) switch
        {
            null => default,
            T value => value,
            object other => throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"runtime options: {key} cannot be \"{other}\"")),
        };
    }

    /// <summary>options.json, which a later `delete` reads, the stock shim's too: the names are the proto file's, zero values are absent.</summary>
    public byte[] ToJson()
    {
        StringBuilder json = new("{");
        Flag("no_pivot_root", NoPivotRoot);
        Flag("no_new_keyring", NoNewKeyring);
        Text("shim_cgroup", ShimCgroup);
        Number("io_uid", IoUid);
        Number("io_gid", IoGid);
        Text("binary_name", BinaryName);
        Text("root", Root);
        Text("criu_path", CriuPath);
        Flag("systemd_cgroup", SystemdCgroup);
        Text("criu_work_path", CriuWorkPath);
        return Encoding.UTF8.GetBytes(json.Append('}').ToString());

        void Flag(string name, bool value)
        {
            if (value)
                Member(name, "true");
        }
        void Text(string name, string value)
        {
            if (value.Length > 0)
                Member(name, Json.Quote(value));
        }
        void Number(string name, uint value)
        {
            if (value > 0)
                Member(name, value.ToString(CultureInfo.InvariantCulture));
        }
        void Member(string name, string value) => json.Append(json.Length > 1 ? "," : "").Append('"').Append(name).Append("\":").Append(value);
    }

    public static ShimOptions FromJson(ReadOnlySpan<byte> json)
    {
        ShimOptions options = new();
        Utf8JsonReader reader = new(json);
        if (!Json.EnterObject(ref reader))
            throw new JsonException("options.json is not an object");
        while (Json.NextProperty(ref reader))
        {
            string name = reader.GetString()!;
            reader.Read();
            options = (name, reader.TokenType) switch
            {
                ("no_pivot_root", JsonTokenType.True) => options with { NoPivotRoot = true },
                ("no_new_keyring", JsonTokenType.True) => options with { NoNewKeyring = true },
                ("systemd_cgroup", JsonTokenType.True) => options with { SystemdCgroup = true },
                ("io_uid", JsonTokenType.Number) => options with { IoUid = reader.GetUInt32() },
                ("io_gid", JsonTokenType.Number) => options with { IoGid = reader.GetUInt32() },
                ("shim_cgroup", JsonTokenType.String) => options with { ShimCgroup = reader.GetString()! },
                ("binary_name", JsonTokenType.String) => options with { BinaryName = reader.GetString()! },
                ("root", JsonTokenType.String) => options with { Root = reader.GetString()! },
                ("criu_path", JsonTokenType.String) => options with { CriuPath = reader.GetString()! },
                ("criu_work_path", JsonTokenType.String) => options with { CriuWorkPath = reader.GetString()! },
                _ => options,
            };
            reader.Skip();
        }
        return options;
    }

    private static string NameOf(Any options) => options.TypeUrl[(options.TypeUrl.LastIndexOf('/') + 1)..];

    private static ShimOptions From(RuncOptions o) => new()
    {
        NoPivotRoot = o.NoPivotRoot,
        NoNewKeyring = o.NoNewKeyring,
        ShimCgroup = o.ShimCgroup,
        IoUid = o.IoUid,
        IoGid = o.IoGid,
        BinaryName = o.BinaryName,
        Root = o.Root,
        CriuPath = o.CriuPath,
        SystemdCgroup = o.SystemdCgroup,
        CriuWorkPath = o.CriuWorkPath,
    };

    // The 1.7 client sends this older message to a runtime whose name it does not know.
    private static ShimOptions From(CreateOptions o) => new()
    {
        NoPivotRoot = o.NoPivotRoot,
        NoNewKeyring = o.NoNewKeyring,
        ShimCgroup = o.ShimCgroup,
        IoUid = o.IoUid,
        IoGid = o.IoGid,
        CriuWorkPath = o.CriuWorkPath,
    };

    private static ShimOptions From(RuntimeOptions o)
    {
        if (!o.ConfigBody.IsEmpty)
            return FromToml(o.ConfigBody.ToStringUtf8());
        return o.ConfigPath.Length > 0 ? FromToml(File.ReadAllText(o.ConfigPath)) : new();
    }
}
