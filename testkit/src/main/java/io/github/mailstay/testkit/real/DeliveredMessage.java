// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A message that Postfix has handed on, as smtp-sink wrote it down. Immutable.
 *
 * @param sender the envelope sender without angle brackets; {@code ""} is the null sender
 * @param recipients the envelope recipients without angle brackets, in order
 * @param headers the header fields from top to bottom; the topmost {@code Received} is smtp-sink's own
 * @param body what follows the headers: lines ended by LF, without the empty ones at the end
 */
public record DeliveredMessage(String sender, List<String> recipients, List<HeaderField> headers, String body) {
    /**
     * One header field.
     *
     * @param name as it was written
     * @param value without the blanks around it; the lines of a folded one are parted by LF
     */
    public record HeaderField(String name, String value) {}

    /** Takes copies of the lists. */
    public DeliveredMessage {
        recipients = List.copyOf(recipients);
        headers = List.copyOf(headers);
    }

    /** The value of the topmost header field of a name, whatever its case. */
    public Optional<String> header(String name) {
        return headers(name).stream().findFirst();
    }

    /** The values of all header fields of a name, whatever its case, from top to bottom. */
    public List<String> headers(String name) {
        return headers.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(HeaderField::value)
                .toList();
    }

    /**
     * Reads one file of {@code smtp-sink -d}: lines of {@code X-Client-Addr}, {@code X-Mail-Args}, {@code X-Rcpt-Args}
     * and the like, which end at smtp-sink's own {@code Received}, then the message. Any text is a message; what is no
     * header field among the headers is left out.
     */
    static DeliveredMessage parse(String dump) {
        String sender = "";
        List<String> recipients = new ArrayList<>();
        List<HeaderField> headers = new ArrayList<>();
        boolean inEnvelope = true;
        int at = 0;
        while (at < dump.length()) {
            int end = dump.indexOf('\n', at);
            String line = strip(dump.substring(at, end < 0 ? dump.length() : end));
            at = end < 0 ? dump.length() : end + 1;
            if (line.isEmpty()) {
                break;
            }
            int colon = line.indexOf(':');
            if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                continueLast(headers, line.strip());
            } else if (colon > 0) {
                HeaderField field = new HeaderField(
                        line.substring(0, colon), line.substring(colon + 1).strip());
                inEnvelope &= !field.name().equals("Received");
                if (!inEnvelope) {
                    headers.add(field);
                } else if (field.name().equals("X-Mail-Args")) {
                    sender = address(field.value());
                } else if (field.name().equals("X-Rcpt-Args")) {
                    recipients.add(address(field.value()));
                }
            }
        }
        // smtp-sink ends the file with an empty line of its own.
        return new DeliveredMessage(sender, recipients, headers, withoutEmptyEnd(dump.substring(at)));
    }

    /** {@code <a@b> ORCPT=...}: the address between the brackets. A quoted local part may hold brackets of its own. */
    private static String address(String arguments) {
        int end = arguments.indexOf("> ");
        String path = end < 0 ? arguments : arguments.substring(0, end + 1);
        return path.startsWith("<") && path.endsWith(">") ? path.substring(1, path.length() - 1) : path;
    }

    private static void continueLast(List<HeaderField> headers, String line) {
        if (!headers.isEmpty()) {
            HeaderField last = headers.remove(headers.size() - 1);
            headers.add(new HeaderField(last.name(), last.value() + "\n" + line));
        }
    }

    private static String withoutEmptyEnd(String body) {
        String text = body.replace("\r\n", "\n");
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '\n') {
            end--;
        }
        return end == 0 ? "" : text.substring(0, end) + "\n";
    }

    private static String strip(String line) {
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }
}
