package peer;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The lines of an answer: a word, then {@code name=value} pairs separated by tabs. The last line starts with a dot. */
final class Answer {
    private final List<String> lines = new ArrayList<>();

    void add(String word, Object... pairs) {
        var line = new StringBuilder(word);
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i + 1] != null) {
                line.append('\t').append(pairs[i]).append('=').append(oneLine(render(pairs[i + 1])));
            }
        }
        lines.add(line.toString());
    }

    void write(PrintStream out, String last) {
        lines.forEach(out::println);
        out.println(last);
    }

    static String describe(Throwable failure) {
        var text = new StringBuilder(oneLine(failure.toString()));
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            text.append(" <- ").append(oneLine(cause.toString()));
        }
        return text.toString();
    }

    private static String render(Object value) {
        return value instanceof byte[] bytes ? Base64.getEncoder().encodeToString(bytes) : value.toString();
    }

    private static String oneLine(String text) {
        return text.replaceAll("[\\r\\n\\t]+", " ");
    }
}
