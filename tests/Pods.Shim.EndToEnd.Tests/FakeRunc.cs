namespace Pods.Shim.EndToEnd.Tests;

/// <summary>
/// A runc that goes wrong where a container's annotation io.pods.test.create says so, and is the real one otherwise:
/// delay(seconds), error(text), exit-before-pidfile, garbage-pidfile, panic (the fake dies of a signal).
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
            verb= bundle= pidfile= log= previous=
            for word; do
              case "$previous" in
                --bundle) bundle=$word ;;
                --pid-file) pidfile=$word ;;
                --log) log=$word ;;
              esac
              case "$word" in create) verb=create ;; esac
              previous=$word
            done
            [ "$verb" = create ] || exec $real "$@"
            fault=$(sed -n 's/.*"io.pods.test.create":"\([^"]*\)".*/\1/p' "$bundle/config.json")
            text=${fault#*(} text=${text%)}
            case "$fault" in
              delay*) sleep "$text"; exec $real "$@" ;;
              error*) echo "{\"level\":\"error\",\"msg\":\"$text\",\"time\":\"now\"}" >> "$log"; exit 1 ;;
              exit-before-pidfile) exit 0 ;;
              garbage-pidfile) $real "$@" || exit; echo 'not a pid' > "$pidfile" ;;
              panic) kill -9 $$ ;;
              *) exec $real "$@" ;;
            esac

            """);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }
}
