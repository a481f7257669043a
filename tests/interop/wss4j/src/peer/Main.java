package peer;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;
import org.apache.ws.security.WSSConfig;

/** Reads one command per line until the end of input and answers each: see README.md. */
public final class Main {
    private Main() {
    }

    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager().reset();
        WSSConfig.init();
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        // Only answers may reach the pipe; a library that prints goes elsewhere.
        System.setOut(System.err);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            var answer = new Answer();
            try {
                var command = Command.parse(line);
                int times = command.number("repeat", 0);
                if (times > 0) {
                    measure(command, times, answer);
                }
                execute(command, answer);
                answer.write(out, ". ok");
            } catch (Exception failure) {
                answer.write(out, ". fail " + Answer.describe(failure));
            }
        }
    }

    /** The first half warms up; the second is measured. */
    private static void measure(Command command, int times, Answer answer) throws Exception {
        var threads = ManagementFactory.getThreadMXBean();
        long start = 0;
        for (int i = 0; i < times; i++) {
            if (i == times / 2) {
                start = threads.getCurrentThreadCpuTime();
            }
            execute(command, new Answer());
        }
        long used = threads.getCurrentThreadCpuTime() - start;
        answer.add("elapsed", "microseconds", used / 1000.0 / (times - times / 2));
    }

    private static void execute(Command command, Answer answer) throws Exception {
        switch (command.name()) {
            case "verify" -> Verifier.run(command, answer);
            case "judge" -> Judge.run(command, answer);
            case "author" -> Author.run(command, answer);
            case "make" -> Maker.run(command, answer);
            case "phash" -> answer.add("key", "value", Primitives.pHash(
                command.text("hash"), command.bytes("secret"), command.bytes("seed"), 0, command.number("length", 32)));
            case "psha1" -> Derivation.run(command, answer);
            default -> throw new IllegalArgumentException("unknown command " + command.name());
        }
    }
}
