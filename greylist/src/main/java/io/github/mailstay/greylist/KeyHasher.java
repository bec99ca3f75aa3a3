// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * HMAC-SHA-256 under a secret key, cut to 128 bits (RFC 2104 section 5 allows down to half of the hash). Whoever reads
 * a store without the key can neither tell whose mail it remembers nor try addresses until one fits. Immutable and
 * thread-safe; about a microsecond a short message, without a lock.
 *
 * <p>The key is never shown: {@link #toString} and exceptions hold at most the {@link #fingerprint}.
 */
public final class KeyHasher {
    /** How many bytes a key has. */
    public static final int KEY_BYTES = 32;

    private static final int BLOCK = 64;

    /*
     * Both digests have taken in the first block that HMAC prescribes (the key xor ipad or opad), which saves half of
     * the work. They are never fed again, only cloned: cloning reads, so any number of threads may do it at once, and
     * each works on copies of its own.
     */
    private final MessageDigest inner;
    private final MessageDigest outer;
    private final String fingerprint;

    private KeyHasher(byte[] key) {
        inner = keyed(key, 0x36);
        outer = keyed(key, 0x5c);
        byte[] message = new FieldBytes(FieldBytes.Domain.FINGERPRINT).toBytes();
        fingerprint = HexFormat.of().toHexDigits(hash(message, message.length).high());
    }

    /**
     * A hasher with this key, which is copied.
     *
     * @throws IllegalArgumentException if it has not {@value #KEY_BYTES} bytes
     */
    public static KeyHasher of(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("a key has " + KEY_BYTES + " bytes, not " + key.length);
        }
        return new KeyHasher(key);
    }

    /**
     * What tells this key from others and tells nothing else: 16 hexadecimal digits of a hash. A store keeps it, so
     * that one filled under another key is noticed rather than silently forgotten.
     */
    public String fingerprint() {
        return fingerprint;
    }

    Hash128 hash(byte[] message, int length) {
        MessageDigest first = copy(inner);
        first.update(message, 0, length);
        MessageDigest second = copy(outer);
        second.update(first.digest());
        ByteBuffer hash = ByteBuffer.wrap(second.digest());
        return new Hash128(hash.getLong(), hash.getLong());
    }

    private static MessageDigest keyed(byte[] key, int pad) {
        byte[] block = Arrays.copyOf(key, BLOCK);
        for (int i = 0; i < BLOCK; i++) {
            block[i] ^= (byte) pad;
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(block);
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the security provider's SHA-256 cannot be cloned", e);
        }
    }

    /** Names the fingerprint only. */
    @Override
    public String toString() {
        return "KeyHasher[" + fingerprint + "]";
    }
}
