// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import io.github.mailstay.policy.PolicyRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The policy delegation protocol as bytes: requests and replies written, replies read. Pure and stateless;
 * {@link PolicyRequestDecoder} reads requests. Source: Postfix SMTPD_POLICY_README.
 */
public final class PolicyCodec {
    private static final int MAX_REPLY = 8 * 1024;
    private static final byte[] DUNNO = "action=DUNNO\n\n".getBytes(StandardCharsets.US_ASCII);

    private PolicyCodec() {}

    /** A request as Postfix sends it: a line an attribute, then an empty one. */
    public static byte[] encode(PolicyRequest request) {
        StringBuilder text = new StringBuilder(512);
        for (Map.Entry<String, String> attribute : request.attributes().entrySet()) {
            text.append(attribute.getKey())
                    .append('=')
                    .append(attribute.getValue())
                    .append('\n');
        }
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * A reply that carries this action.
     *
     * @throws IllegalArgumentException if the action is empty, all digits or holds a line break: Postfix would let mail
     *     pass, or lose step
     */
    public static byte[] encodeReply(String action) {
        if (action.equals("DUNNO")) {
            return DUNNO.clone();
        }
        if (action.isBlank() || isMisread(action)) {
            throw new IllegalArgumentException("an action that Postfix would misread");
        }
        return ("action=" + action + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isMisread(String action) {
        boolean digits = true;
        for (int i = 0; i < action.length(); i++) {
            char c = action.charAt(i);
            if (c < ' ') {
                return true;
            }
            digits &= c >= '0' && c <= '9';
        }
        return digits;
    }

    /**
     * The reply at the beginning of these bytes, or null if it is not complete yet.
     *
     * @throws PolicyProtocolException if it has no action, is longer than 8 KiB, or more bytes follow it
     */
    public static @Nullable PolicyReply decodeReply(byte[] bytes, int length) throws PolicyProtocolException {
        String text = new String(bytes, 0, length, StandardCharsets.UTF_8).replace("\r\n", "\n");
        int end = text.startsWith("\n") ? 0 : text.indexOf("\n\n");
        if (end < 0) {
            if (length > MAX_REPLY) {
                throw new PolicyProtocolException("a reply of more than " + MAX_REPLY + " bytes");
            }
            return null;
        }
        if (end + 2 < text.length()) {
            throw new PolicyProtocolException("bytes behind a reply");
        }
        for (String line : text.substring(0, end).split("\n", -1)) {
            if (line.startsWith("action=")) {
                return new PolicyReply(line.substring("action=".length()));
            }
        }
        throw new PolicyProtocolException("a reply without action=");
    }
}
