package peer;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code NAME OPTION=VALUE ...}, separated by one space; values are percent-encoded, an option may be repeated. */
record Command(String name, Map<String, List<String>> options) {

    static Command parse(String line) {
        String[] words = line.split(" ");
        var options = new HashMap<String, List<String>>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("not an option: " + words[i]);
            }
            String value = URLDecoder.decode(words[i].substring(equals + 1), StandardCharsets.UTF_8);
            options.computeIfAbsent(words[i].substring(0, equals), key -> new ArrayList<>()).add(value);
        }
        return new Command(words[0], options);
    }

    List<String> all(String option) {
        return options.getOrDefault(option, List.of());
    }

    String text(String option, String otherwise) {
        return options.containsKey(option) ? all(option).get(0) : otherwise;
    }

    String text(String option) {
        if (!options.containsKey(option)) {
            throw new IllegalArgumentException("option " + option + " is missing");
        }
        return all(option).get(0);
    }

    boolean flag(String option) {
        return text(option, "false").equals("true");
    }

    int number(String option, int otherwise) {
        return Integer.parseInt(text(option, Integer.toString(otherwise)));
    }

    byte[] bytes(String option) {
        return decode(text(option));
    }

    static byte[] decode(String base64) {
        return Base64.getDecoder().decode(base64);
    }
}
