// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.config;

import com.google.common.base.Splitter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The reading of {@code greylist.store} and what belongs to it. An address must hold no password, since {@code ps} and logs
 * show addresses; a mistake in one is told without it. Stateless.
 */
final class StoreSection {
    private static final String ALLOWED = "sqlite, memory, redis://HOST, rediss://HOST, redis-sentinel://HOST#NAME,"
            + " redis-cluster://HOST,HOST, rediss-cluster://HOST,HOST or jdbc:postgresql://HOST/DATABASE";
    private static final Pattern SECRET = Pattern.compile("//[^/#?]*@|[?&](password|pwd|user|sslpassword)=");

    private StoreSection() {}

    static Settings.Store read(SettingReader reader) {
        Settings.Store store = new Settings.Store(
                Settings.Kind.SQLITE,
                List.of(),
                reader.read("greylist.store-user", Optional.empty(), "a name", Optional::of),
                file(reader, "greylist.store-password-file"),
                file(reader, "greylist.store-ca-file"));
        return reader.read("greylist.store", store, ALLOWED, text -> parse(text, store));
    }

    private static Optional<Path> file(SettingReader reader, String key) {
        return reader.read(key, Optional.empty(), "an absolute path", text -> Optional.of(SettingsFile.path(text)));
    }

    private static Settings.Store parse(String text, Settings.Store store) {
        if (SECRET.matcher(text.toLowerCase(Locale.ROOT)).find()) {
            throw new IllegalArgumentException(
                    "must hold neither user nor password: they belong into greylist.store-user and"
                            + " greylist.store-password-file");
        }
        if (text.equals("sqlite")) {
            return with(store, Settings.Kind.SQLITE, List.of());
        } else if (text.equals("memory")) {
            return with(store, Settings.Kind.MEMORY, List.of());
        } else if (text.matches("rediss?://.+|rediss?-sentinel://.+#.+")) {
            return with(store, Settings.Kind.REDIS, List.of(text));
        } else if (text.matches("rediss?-cluster://.+")) {
            String scheme = text.startsWith("rediss") ? "rediss://" : "redis://";
            List<String> nodes =
                    Splitter.on(',').omitEmptyStrings().splitToList(text.substring(text.indexOf("//") + 2));
            return with(
                    store,
                    Settings.Kind.REDIS_CLUSTER,
                    nodes.stream().map(node -> scheme + node).toList());
        } else if (text.startsWith("jdbc:postgresql:")) {
            return with(store, Settings.Kind.JDBC, List.of(text));
        }
        throw new IllegalArgumentException("must be " + ALLOWED);
    }

    private static Settings.Store with(Settings.Store store, Settings.Kind kind, List<String> addresses) {
        return new Settings.Store(kind, addresses, store.user(), store.passwordFile(), store.caFile());
    }
}
