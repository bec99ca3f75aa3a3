// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The attribute names that Postfix 2.1 to 3.12 sends, so that a request does not make their strings anew. Stateless.
 *
 * <p>Source: Postfix SMTPD_POLICY_README.
 */
final class AttributeNames {
    static final List<String> KNOWN = List.of(
            // 2.1
            "request",
            "protocol_state",
            "protocol_name",
            "helo_name",
            "queue_id",
            "sender",
            "recipient",
            "client_address",
            "client_name",
            "reverse_client_name",
            "instance",
            // 2.2
            "sasl_method",
            "sasl_username",
            "sasl_sender",
            "size",
            "ccert_subject",
            "ccert_issuer",
            "ccert_fingerprint",
            // 2.3
            "encryption_protocol",
            "encryption_cipher",
            "encryption_keysize",
            "etrn_domain",
            "recipient_count",
            // 2.5
            "stress",
            // 2.9
            "ccert_pubkey_fingerprint",
            // 3.0
            "client_port",
            // 3.1
            "policy_context",
            // 3.2
            "server_address",
            "server_port",
            // 3.8
            "compatibility_level",
            "mail_version",
            // 3.12
            "tls_sni");

    private static final int SLOTS = 256;
    private static final String[] TABLE = new String[SLOTS];

    static {
        for (String name : KNOWN) {
            byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
            int slot = slot(bytes, 0, bytes.length);
            while (TABLE[slot] != null) {
                slot = (slot + 1) % SLOTS;
            }
            TABLE[slot] = name;
        }
    }

    private AttributeNames() {}

    /** The name written in these bytes, one of {@link #KNOWN} if it is. */
    static String of(byte[] bytes, int from, int to) {
        for (int slot = slot(bytes, from, to); TABLE[slot] != null; slot = (slot + 1) % SLOTS) {
            if (matches(TABLE[slot], bytes, from, to)) {
                return TABLE[slot];
            }
        }
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static int slot(byte[] bytes, int from, int to) {
        int hash = to - from;
        for (int i = from; i < to; i++) {
            hash = hash * 31 + bytes[i];
        }
        return hash & (SLOTS - 1);
    }

    private static boolean matches(String name, byte[] bytes, int from, int to) {
        if (name.length() != to - from) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) != bytes[from + i]) {
                return false;
            }
        }
        return true;
    }
}
