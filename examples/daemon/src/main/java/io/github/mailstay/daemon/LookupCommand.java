// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.daemon.control.RblCommands;
import io.github.mailstay.net.IpAddresses;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lookup}: reads a file of addresses and domains itself, since the daemon may not. */
@Command(name = "lookup", description = "Ask all lists about an address or a domain, or about many.")
final class LookupCommand extends StoreCommand {
    @Parameters(
            paramLabel = "ADDRESS|DOMAIN|FILE",
            description = "what to ask about; a file of such, one a line; - for a pipe")
    private String what = "";

    private boolean isFile() {
        return what.equals(RblCommands.MANY)
                || (IpAddresses.parse(what).isEmpty() && Files.isRegularFile(Path.of(what)));
    }

    @Override
    List<String> words() {
        return List.of("lookup", isFile() ? RblCommands.MANY : what);
    }

    @Override
    InputStream input() throws StartException {
        return isFile() ? InputFile.open(what, !ProgressBar.isTerminal(1)) : InputStream.nullInputStream();
    }
}
