// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The settings of a {@link RedisGreylistStore}. Not thread-safe; {@link #toString} shows no password. */
public final class RedisGreylistStoreBuilder {
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{16}");
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);

    private final List<String> addresses;
    private final String keyFingerprint;
    private final Credentials credentials = new Credentials();
    private boolean cluster;
    private @Nullable Path caFile;
    private Names names = new Names("mailstay:");
    private Duration timeout = Duration.ofSeconds(1);
    private int queueLimit = 10_000;

    RedisGreylistStoreBuilder(List<String> addresses, String keyFingerprint) {
        if (!FINGERPRINT.matcher(keyFingerprint).matches()) {
            throw new IllegalArgumentException("keyFingerprint is not 16 hexadecimal digits");
        }
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("addresses: there must be at least one");
        }
        this.addresses = List.copyOf(addresses);
        this.keyFingerprint = keyFingerprint;
    }

    /** Whether the addresses are nodes of a cluster; false unless set. */
    public RedisGreylistStoreBuilder cluster(boolean value) {
        cluster = value;
        return this;
    }

    /** The Redis user (ACL), which takes a {@link #password} too; Redis's default user unless set. */
    public RedisGreylistStoreBuilder user(String value) {
        credentials.user(value);
        return this;
    }

    /** The password, in place of one in the address; none unless set. It is copied. */
    public RedisGreylistStoreBuilder password(char[] value) {
        credentials.password(value);
        return this;
    }

    /** The password of the sentinels, which have their own; none unless set. It is copied. */
    public RedisGreylistStoreBuilder sentinelPassword(char[] value) {
        credentials.sentinelPassword(value);
        return this;
    }

    /** A file of certificates (PEM) that vouch for the servers of {@code rediss} addresses; Java's own unless set. */
    public RedisGreylistStoreBuilder caFile(Path value) {
        caFile = value;
        return this;
    }

    /**
     * What the names of all keys begin with, {@code mailstay:} unless set: stores that differ in it are apart.
     *
     * @throws IllegalArgumentException if it is not 1 to 64 letters, digits and {@code : . _ -}
     */
    public RedisGreylistStoreBuilder prefix(String value) {
        names = new Names(value);
        return this;
    }

    /**
     * How long a command may take, and the making of a connection; 1 s unless set.
     *
     * @throws IllegalArgumentException if it is not within 1 ms and 1 minute
     */
    public RedisGreylistStoreBuilder timeout(Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("timeout is " + value + ", not within 1 ms and " + LONGEST_TIMEOUT);
        }
        timeout = value;
        return this;
    }

    /**
     * How many calls may wait for an answer; 10,000 unless set. Beyond that a call fails at once, with
     * {@link Reason#OVERLOADED}.
     *
     * @throws IllegalArgumentException if it is not within 1 and 1,000,000
     */
    public RedisGreylistStoreBuilder queueLimit(int value) {
        if (value < 1 || value > 1_000_000) {
            throw new IllegalArgumentException("queueLimit is " + value + ", not within 1 and 1000000");
        }
        queueLimit = value;
        return this;
    }

    /**
     * Connects, and compares the key's fingerprint; waits for Redis meanwhile, for six times the timeout and 7 seconds
     * at most.
     *
     * @throws IllegalArgumentException if an address is none, {@code caFile} cannot be read, a user has no password, or
     *     there are several addresses, which only a cluster has
     * @throws StoreException if Redis cannot be reached or lets nobody in by this password ({@link Reason#FAILED}), or
     *     was filled under another key ({@link Reason#MISMATCH})
     */
    public RedisGreylistStore open() {
        check();
        List<RedisURI> uris = addresses.stream()
                .map(it -> Addresses.parse(it, credentials, timeout))
                .toList();
        if (cluster && uris.stream().anyMatch(uri -> !uri.getSentinels().isEmpty())) {
            throw new IllegalArgumentException("address: a cluster has no sentinels");
        }
        String servers = shown();
        ClientOptions options = Clients.options(timeout, queueLimit, caFile);
        Waits waits = new Waits(timeout.multipliedBy(2).plusSeconds(1));
        Link link = cluster
                ? ClusterLink.open(servers, uris, Clients.cluster(options), waits)
                : SingleLink.open(servers, uris.get(0), options, waits);
        try {
            checkFingerprint(servers, link, waits);
        } catch (RuntimeException e) {
            link.close();
            throw e;
        }
        return new RedisGreylistStore(servers, link, names, new Calls(servers, queueLimit), timeout.multipliedBy(2));
    }

    private void check() {
        if (addresses.size() > 1 && !cluster) {
            throw new IllegalArgumentException("addresses: several are a cluster, which must be set");
        }
        if (credentials.isUserWithoutPassword()) {
            throw new IllegalArgumentException("user is set, but no password");
        }
        Path ca = caFile;
        if (ca != null && !Files.isReadable(ca)) {
            throw new IllegalArgumentException("caFile " + ca + " cannot be read");
        }
    }

    private void checkFingerprint(String servers, Link link, Waits waits) {
        // In one step: of two that open an empty store at once, the second sees the first's.
        @Nullable
        String found = waits.<@Nullable String>retried(
                servers,
                () -> link.send(redis -> redis.setGet(names.fingerprint(), keyFingerprint, SetArgs.Builder.nx())));
        if (found != null && !found.equals(keyFingerprint)) {
            throw new StoreException(
                    Reason.MISMATCH,
                    servers + " was filled under another key: its fingerprint is " + found + ", that of the key is "
                            + keyFingerprint);
        }
    }

    private String shown() {
        return "Redis at " + addresses.stream().map(Addresses::shown).collect(Collectors.joining(" "));
    }

    /** The addresses, without passwords. */
    @Override
    public String toString() {
        return "settings of a greylist on " + shown();
    }
}
