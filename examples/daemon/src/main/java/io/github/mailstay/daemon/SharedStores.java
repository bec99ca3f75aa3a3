// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.mailstay.daemon.config.SecretFile;
import io.github.mailstay.daemon.config.Settings;
import io.github.mailstay.greylist.GreylistKeys;
import io.github.mailstay.greylist.jdbc.JdbcGreylistStore;
import io.github.mailstay.greylist.redis.RedisGreylistStore;
import io.github.mailstay.greylist.redis.RedisGreylistStoreBuilder;
import io.github.mailstay.greylist.store.GreylistStore;
import java.time.Duration;
import java.util.Optional;

/** Opens the stores that several daemons use at once. Stateless. */
final class SharedStores {
    private static final int THREADS = 4;
    private static final int CONNECT_MILLIS = 2000;

    /** At the start nobody waits for an answer yet. */
    private static final Patience START = new Patience(Duration.ofSeconds(15));

    private SharedStores() {}

    static GreylistStore redis(Settings.Store settings, GreylistKeys keys) throws StartException {
        RedisGreylistStoreBuilder store = RedisGreylistStore.builder(settings.addresses(), keys.fingerprint())
                .cluster(settings.kind() == Settings.Kind.REDIS_CLUSTER);
        settings.user().ifPresent(store::user);
        password(settings).ifPresent(secret -> store.password(secret.toCharArray()));
        settings.caFile().ifPresent(store::caFile);
        return store.open();
    }

    static OpenedStore postgresql(Settings.Store settings, GreylistKeys keys) throws StartException {
        HikariConfig config = new HikariConfig();
        config.setPoolName("greylist");
        config.setJdbcUrl(settings.addresses().get(0));
        settings.user().ifPresent(config::setUsername);
        password(settings).ifPresent(config::setPassword);
        config.setMaximumPoolSize(THREADS + 1);
        config.setConnectionTimeout(CONNECT_MILLIS);
        // The store tells why it cannot be opened, and the pool must not hang before it.
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("connectTimeout", "2");
        config.addDataSourceProperty("loginTimeout", "2");
        settings.caFile().ifPresent(file -> {
            config.addDataSourceProperty("sslmode", "verify-full");
            config.addDataSourceProperty("sslrootcert", file.toString());
        });
        HikariDataSource source = new HikariDataSource(config);
        try {
            JdbcGreylistStore.Builder store = JdbcGreylistStore.builder(source, keys.fingerprint())
                    .name(settings.addresses().get(0))
                    .threads(THREADS);
            return new OpenedStore(START.open(store::open), source::close);
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private static Optional<String> password(Settings.Store settings) throws StartException {
        try {
            return settings.passwordFile().map(SecretFile::read);
        } catch (IllegalArgumentException e) {
            throw new StartException(ExitCode.CONFIG, "greylist.store-password-file: " + e.getMessage());
        }
    }
}
