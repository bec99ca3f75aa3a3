// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.control;

import io.github.mailstay.daemon.ExitCode;
import io.github.mailstay.daemon.config.Settings;
import io.github.mailstay.greylist.GreylistKeys;
import io.github.mailstay.greylist.load.GreylistImport;
import io.github.mailstay.greylist.load.LoadFormatException;
import io.github.mailstay.greylist.load.LoadListener;
import io.github.mailstay.greylist.load.LoadProgress;
import io.github.mailstay.greylist.load.LoadSettings;
import io.github.mailstay.greylist.load.Loaded;
import io.github.mailstay.greylist.load.LoadedReader;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.StoreException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code greylist import}: what another greylist remembers, from a stream. Thread-safe: one import at a time. */
public final class GreylistLoader {
    private static final int SHOWN = 20;

    private final GreylistStore store;
    private final GreylistKeys keys;
    private final Settings.Greylisting settings;
    private final AtomicBoolean running = new AtomicBoolean();

    /** Into this store; the keys must be its own. */
    public GreylistLoader(GreylistStore store, GreylistKeys keys, Settings.Greylisting settings) {
        this.store = store;
        this.keys = keys;
        this.settings = settings;
    }

    /** Runs one: its source, its delay in milliseconds, its zone, and a name for messages. */
    int run(List<String> words, InputStream in, PrintWriter out, boolean json) throws InterruptedException {
        if (words.size() != 4) {
            out.println("unknown command");
            return ExitCode.USAGE;
        }
        ImportSource source = ImportSource.of(words.get(0));
        LoadSettings load = loadSettings(words);
        if (source.isOfClients() && settings.trust().after() == 0) {
            out.println("greylist.trust-after is 0: clients earn nothing here");
            return ExitCode.CONFIG;
        }
        if (!running.compareAndSet(false, true)) {
            out.println("an import is under way; try again when it has ended");
            return ExitCode.TEMPFAIL;
        }
        try (LoadedReader reader = source.reader(words.get(3), leftOpen(in), load)) {
            Problems problems = new Problems();
            LoadProgress end = GreylistImport.builder(store, load)
                    .listener(problems)
                    .build()
                    .run(reader);
            tell(end, problems.first, out, json);
            boolean nothing = end.loaded() == 0 && end.expired() == 0 && end.skipped() > 0;
            return nothing ? ExitCode.DATAERR : ExitCode.OK;
        } catch (LoadFormatException e) {
            out.println(e.getMessage());
            return ExitCode.DATAERR;
        } catch (IOException e) {
            out.println(words.get(3) + ": " + e.getMessage());
            return ExitCode.NOINPUT;
        } catch (StoreException e) {
            out.println("the store failed: " + e.getMessage() + "; import again, what is in already does not matter");
            return ExitCode.UNAVAILABLE;
        } finally {
            running.set(false);
        }
    }

    /** Readers close what they read; the answer still goes back over the same connection. */
    private static InputStream leftOpen(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read(byte[] buffer, int from, int length) throws IOException {
                return in.read(buffer, from, length);
            }

            @Override
            public void close() {}
        };
    }

    private LoadSettings loadSettings(List<String> words) {
        try {
            return LoadSettings.builder(keys)
                    .sourceDelay(Duration.ofMillis(Long.parseLong(words.get(1))))
                    .sourceZone(ZoneId.of(words.get(2)))
                    .retryWindow(settings.retryWindow())
                    .lifetime(settings.lifetime())
                    .trustAfter(settings.trust().after())
                    .build();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("'" + words.get(2) + "' is no time zone, as UTC or Europe/Berlin", e);
        }
    }

    private static void tell(LoadProgress end, List<String> problems, PrintWriter out, boolean json) {
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("imported", end.loaded());
            fields.put("expired", end.expired());
            fields.put("skipped", end.skipped());
            fields.put("problems", problems);
            out.println(Json.of(fields));
            return;
        }
        problems.forEach(out::println);
        if (end.skipped() > problems.size()) {
            out.println("and " + (end.skipped() - problems.size()) + " more");
        }
        out.println(
                "imported " + end.loaded() + ", expired and left out " + end.expired() + ", skipped " + end.skipped());
    }

    private static final class Problems implements LoadListener {
        private final List<String> first = new ArrayList<>();

        @Override
        public void skipped(Loaded.Skipped skipped) {
            if (first.size() < SHOWN) {
                first.add(skipped.toString());
            }
        }
    }
}
