using Containerd.Task.V3;
using Google.Protobuf;
using Grpc.Core;

namespace Pods.Shim;

/// <summary>The task service's methods, which have the same names in v2 (containerd 1.x) and v3 (2.x).</summary>
internal sealed class TaskMethods(TaskService service) : ServiceMethods
{
    public static readonly string[] Services = ["containerd.task.v2.Task", "containerd.task.v3.Task"];

    private static readonly HashSet<string> _names =
    [
        "Checkpoint", "CloseIO", "Connect", "Create", "Delete", "Exec", "Kill", "Pause", "Pids",
        "ResizePty", "Resume", "Shutdown", "Start", "State", "Stats", "Update", "Wait",
    ];

    protected override HashSet<string> Names => _names;

    protected override async Task<IMessage> AnswerAsync(string method, ByteString payload, ServerCallContext call) => method switch
    {
        "Checkpoint" => await service.Checkpoint(CheckpointTaskRequest.Parser.ParseFrom(payload), call),
        "CloseIO" => await service.CloseIO(CloseIORequest.Parser.ParseFrom(payload), call),
        "Connect" => await service.Connect(ConnectRequest.Parser.ParseFrom(payload), call),
        "Create" => await service.Create(CreateTaskRequest.Parser.ParseFrom(payload), call),
        "Delete" => await service.Delete(DeleteRequest.Parser.ParseFrom(payload), call),
        "Exec" => await service.Exec(ExecProcessRequest.Parser.ParseFrom(payload), call),
        "Kill" => await service.Kill(KillRequest.Parser.ParseFrom(payload), call),
        "Pause" => await service.Pause(PauseRequest.Parser.ParseFrom(payload), call),
        "Pids" => await service.Pids(PidsRequest.Parser.ParseFrom(payload), call),
        "ResizePty" => await service.ResizePty(ResizePtyRequest.Parser.ParseFrom(payload), call),
        "Resume" => await service.Resume(ResumeRequest.Parser.ParseFrom(payload), call),
        "Shutdown" => await service.Shutdown(ShutdownRequest.Parser.ParseFrom(payload), call),
        "Start" => await service.Start(StartRequest.Parser.ParseFrom(payload), call),
        "State" => await service.State(StateRequest.Parser.ParseFrom(payload), call),
        "Stats" => await service.Stats(StatsRequest.Parser.ParseFrom(payload), call),
        "Update" => await service.Update(UpdateTaskRequest.Parser.ParseFrom(payload), call),
        _ => await service.Wait(WaitRequest.Parser.ParseFrom(payload), call),
    };
}
