// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.control;

import io.github.mailstay.greylist.load.LoadSettings;
import io.github.mailstay.greylist.load.LoadedReader;
import io.github.mailstay.greylist.load.PostgreyDump;
import io.github.mailstay.greylist.load.SqlgreyCsv;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;

/** What an import reads, by the name that {@code --from} gives it. */
public enum ImportSource {
    /** {@code postgrey.db}, the triplets. */
    POSTGREY("postgrey", false, PostgreyDump::triplets),
    /** {@code postgrey_clients.db}. */
    POSTGREY_CLIENTS("postgrey-clients", true, PostgreyDump::clients),
    /** Who waits. */
    SQLGREY_CONNECT("sqlgrey-connect", false, table(SqlgreyCsv.Table.CONNECT)),
    /** Senders that have passed. */
    SQLGREY_FROM_AWL("sqlgrey-from-awl", true, table(SqlgreyCsv.Table.FROM_AWL)),
    /** Domains that have passed. */
    SQLGREY_DOMAIN_AWL("sqlgrey-domain-awl", true, table(SqlgreyCsv.Table.DOMAIN_AWL));

    private interface Reading {
        LoadedReader reader(String name, InputStream in, LoadSettings settings);
    }

    private final String word;
    private final boolean ofClients;

    @SuppressWarnings("ImmutableEnumChecker") // method references without state
    private final Reading reading;

    ImportSource(String word, boolean ofClients, Reading reading) {
        this.word = word;
        this.ofClients = ofClients;
        this.reading = reading;
    }

    private static Reading table(SqlgreyCsv.Table table) {
        return (name, in, settings) -> SqlgreyCsv.open(name, in, table, settings);
    }

    /**
     * The source of this name.
     *
     * @throws IllegalArgumentException if there is none, with those that there are
     */
    static ImportSource of(String word) {
        return Arrays.stream(values())
                .filter(source -> source.word.equals(word))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("--from is one of " + String.join(", ", words())));
    }

    /** All names. */
    public static List<String> words() {
        return Arrays.stream(values()).map(source -> source.word).toList();
    }

    boolean isOfClients() {
        return ofClients;
    }

    LoadedReader reader(String name, InputStream in, LoadSettings settings) {
        return reading.reader(name, in, settings);
    }
}
