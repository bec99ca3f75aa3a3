// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.daemon.config.Durations;
import io.github.mailstay.daemon.control.ImportSource;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code greylist import}: reads the file itself, since the daemon may not, and sends it to the daemon if one runs. */
@Command(name = "import", description = "Take over what postgrey or sqlgrey remembers.")
final class ImportCommand extends StoreCommand {
    /** The names of what can be imported. */
    static final class Sources implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return ImportSource.words().iterator();
        }
    }

    @Option(
            names = "--from",
            required = true,
            paramLabel = "SOURCE",
            completionCandidates = Sources.class,
            description = "one of ${COMPLETION-CANDIDATES}")
    private String source = "";

    @Option(
            names = "--delay",
            paramLabel = "TIME",
            defaultValue = "5m",
            description = "the delay it greylisted with (${DEFAULT-VALUE}): who came back later had passed")
    private String delay = "";

    @Option(
            names = "--zone",
            paramLabel = "ZONE",
            defaultValue = "UTC",
            description = "the zone of times in CSV that name none (${DEFAULT-VALUE})")
    private String zone = "";

    @Parameters(paramLabel = "FILE", description = "db_dump's or CSV text; - reads it from a pipe")
    private String file = "";

    @Override
    List<String> words() throws StartException {
        try {
            Duration value = Durations.parse(delay, "must be a time as 5m or 300s");
            String name = file.equals("-")
                    ? "standard input"
                    : String.valueOf(Path.of(file).getFileName());
            return List.of("greylist", "import", source, String.valueOf(value.toMillis()), zone, name);
        } catch (IllegalArgumentException e) {
            throw new StartException(ExitCode.USAGE, "--delay: " + e.getMessage());
        }
    }

    @Override
    InputStream input() throws StartException {
        return InputFile.open(file, true);
    }
}
