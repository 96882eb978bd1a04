namespace Pods.Shim.EndToEnd.Tests;

/// <summary>
/// A runc that goes wrong where a container's annotation io.pods.test.create says so, and is the real one otherwise:
/// delay(seconds), error(text), exit-before-pidfile, garbage-pidfile, hang (until SIGCONT), panic and
/// panic-after-pidfile (the fake dies of a signal), init-dies. io.pods.test.delete and io.pods.test.exec know hang.
/// Its checkpoint and restore do without CRIU, which works on few machines: an image is the command line that asked for it,
/// and a restored container begins anew. A checkpoint to a path that holds "fail" fails as CRIU does.
/// </summary>
internal static class FakeRunc
{
    public const string Annotation = "io.pods.test.create";

    public static void Write(string directory)
    {
        string path = Path.Combine(directory, "runc");
        File.WriteAllText(path, """
            #!/bin/sh
            real=/usr/sbin/runc
            verb= bundle= pidfile= log= root= image= work= console= previous=
            for word; do
              case "$previous" in
                --bundle) bundle=$word ;;
                --pid-file) pidfile=$word ;;
                --log) log=$word ;;
                --root) root=$word ;;
                --image-path) image=$word ;;
                --work-path) work=$word ;;
                --console-socket) console="--console-socket $word" ;;
              esac
              case "$word" in create|checkpoint|restore|delete|exec) verb=$word ;; esac
              previous=$word
            done
            case "$verb" in
              delete)
                ! grep -q '"io.pods.test.delete":"hang"' config.json || kill -STOP $$ ;;
              exec)
                ! grep -q '"io.pods.test.exec":"hang"' config.json || kill -STOP $$ ;;
              checkpoint)
                case "$image" in *fail*)
                  echo '(00.1) Error (criu/fake.c:1): no such luck' > "$work/dump.log"
                  echo '{"level":"error","msg":"criu failed: type NOTIFY errno 0","time":"now"}' >> "$log"; exit 1 ;;
                esac
                mkdir -p "$image" && echo "$@" > "$image/arguments"; exit ;;
              restore)
                cat "$image/arguments" >/dev/null || { echo '{"level":"error","msg":"no image","time":"now"}' >> "$log"; exit 1; }
                $real --root "$root" --log "$log" --log-format json create --bundle "$bundle" --pid-file "$pidfile" $console "$previous" &&
                  exec $real --root "$root" start "$previous"
                exit 1 ;;
            esac
            [ "$verb" = create ] || exec $real "$@"
            fault=$(sed -n 's/.*"io.pods.test.create":"\([^"]*\)".*/\1/p' "$bundle/config.json")
            text=${fault#*(} text=${text%)}
            case "$fault" in
              delay*) sleep "$text"; exec $real "$@" ;;
              error*) echo "{\"level\":\"error\",\"msg\":\"$text\",\"time\":\"now\"}" >> "$log"; exit 1 ;;
              exit-before-pidfile) exit 0 ;;
              garbage-pidfile) $real "$@" || exit; echo 'not a pid' > "$pidfile" ;;
              hang) kill -STOP $$; exec $real "$@" ;;
              init-dies) $real "$@" || exit; kill -9 $(cat "$pidfile") ;;
              panic-after-pidfile) $real "$@"; kill -9 $$ ;;
              panic) kill -9 $$ ;;
              *) exec $real "$@" ;;
            esac

            """);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }
}
