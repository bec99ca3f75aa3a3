// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import io.github.mailstay.policy.PolicyRequest;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A reader of policy requests that is fed bytes as they come, one at a time or many requests at once. Pure: no socket,
 * no clock. Not thread-safe: one for each connection.
 *
 * <p>Lines end with LF (CRLF is taken as well), a request with an empty line. A value that is no valid UTF-8 is read as
 * ISO 8859-1, so that no byte of it is lost. Source: Postfix SMTPD_POLICY_README, attr_scan_plain(3).
 */
public final class PolicyRequestDecoder {
    private final PolicyLimits limits;
    private byte[] buffer = new byte[2048];
    /** Where the current line begins. */
    private int line;
    /** The next byte to look at. */
    private int scan;
    /** Behind the last byte. */
    private int end;

    private PolicyRequest.Builder request = PolicyRequest.builder();
    private int requestBytes;
    private int attributes;

    /** An empty decoder with these limits. */
    public PolicyRequestDecoder(PolicyLimits limits) {
        this.limits = limits;
    }

    /** Takes all remaining bytes. Call {@link #next} until it has no more, or they pile up. */
    public void feed(ByteBuffer bytes) {
        int more = bytes.remaining();
        if (end + more > buffer.length) {
            makeRoom(more);
        }
        bytes.get(buffer, end, more);
        end += more;
    }

    /** Bytes that were fed and not yet read as requests. */
    public int pending() {
        return requestBytes + end - line;
    }

    /**
     * The next complete request, or null if more bytes are needed.
     *
     * @throws PolicyProtocolException if the bytes are not of the protocol or beyond a limit; all that follows on this
     *     connection is of no use then
     */
    public @Nullable PolicyRequest next() throws PolicyProtocolException {
        while (scan < end) {
            byte b = buffer[scan++];
            if (b == '\n') {
                PolicyRequest complete = endLine();
                if (complete != null) {
                    return complete;
                }
            } else if (b == 0) {
                throw new PolicyProtocolException("a NUL byte");
            }
        }
        if (scan - line > PolicyLimits.MAX_NAME + 2 + limits.maxValue()) {
            throw new PolicyProtocolException("a line beyond the limit of " + limits.maxValue() + " bytes a value");
        }
        if (pending() > limits.maxRequest()) {
            throw tooLong();
        }
        return null;
    }

    /** Takes the line that ends before {@code scan}; the request, if that was its last line. */
    private @Nullable PolicyRequest endLine() throws PolicyProtocolException {
        int from = line;
        int to = scan - 1;
        line = scan;
        requestBytes += scan - from;
        if (requestBytes > limits.maxRequest()) {
            throw tooLong();
        }
        while (to > from && buffer[to - 1] == '\r') {
            to--;
        }
        if (to > from) {
            attribute(from, to);
            return null;
        }
        return endRequest();
    }

    private void attribute(int from, int to) throws PolicyProtocolException {
        int equals = from;
        boolean plain = true;
        while (equals < to && buffer[equals] != '=') {
            plain &= buffer[equals] >= ' ';
            equals++;
        }
        if (equals == to) {
            throw new PolicyProtocolException("a line without '='");
        }
        if (equals == from || !plain || equals - from > PolicyLimits.MAX_NAME) {
            throw new PolicyProtocolException(
                    "an attribute name that is empty, longer than " + PolicyLimits.MAX_NAME + " or not plain ASCII");
        }
        String name = AttributeNames.of(buffer, from, equals);
        if (to - equals - 1 > limits.maxValue()) {
            throw new PolicyProtocolException("attribute " + name + " is longer than " + limits.maxValue() + " bytes");
        }
        request.attribute(name, value(equals + 1, to));
        attributes++;
    }

    private PolicyRequest endRequest() throws PolicyProtocolException {
        if (attributes == 0) {
            throw new PolicyProtocolException("an empty request");
        }
        PolicyRequest complete = request.build();
        if (!complete.value("request").equals(PolicyRequest.TYPE)) {
            throw new PolicyProtocolException("a request that is not request=" + PolicyRequest.TYPE);
        }
        request = PolicyRequest.builder();
        requestBytes = 0;
        attributes = 0;
        return complete;
    }

    private String value(int from, int to) {
        if (from == to) {
            return "";
        }
        for (int i = from; i < to; i++) {
            if (buffer[i] < 0) {
                return nonAscii(from, to);
            }
        }
        return new String(buffer, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private String nonAscii(int from, int to) {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(buffer, from, to - from));
            return text.toString();
        } catch (CharacterCodingException e) {
            return new String(buffer, from, to - from, StandardCharsets.ISO_8859_1);
        }
    }

    private void makeRoom(int more) {
        int kept = end - line;
        byte[] target = kept + more > buffer.length ? new byte[Math.max(kept + more, buffer.length * 2)] : buffer;
        System.arraycopy(buffer, line, target, 0, kept);
        buffer = target;
        scan -= line;
        line = 0;
        end = kept;
    }

    private PolicyProtocolException tooLong() {
        return new PolicyProtocolException("a request of more than " + limits.maxRequest() + " bytes");
    }

    @Override
    public String toString() {
        return "PolicyRequestDecoder" + Arrays.asList(pending(), limits);
    }
}
