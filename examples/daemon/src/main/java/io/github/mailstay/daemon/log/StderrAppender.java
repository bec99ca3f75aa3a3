// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The log on stderr. Each line is flushed, but for those of decisions: these come by the thousand, and the thread that
 * writes them flushes when no more are waiting.
 */
final class StderrAppender extends OutputStreamAppender<ILoggingEvent> {
    private final OutputStream buffer = new BufferedOutputStream(new FileOutputStream(FileDescriptor.err), 64 * 1024);

    StderrAppender() {
        setImmediateFlush(false);
    }

    @Override
    public void start() {
        setOutputStream(buffer);
        super.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        super.append(event);
        if (!event.getLoggerName().equals(DecisionLog.LOGGER)) {
            flush();
        }
    }

    void flush() {
        try {
            buffer.flush();
        } catch (IOException e) {
            addError("stderr cannot be written", e);
        }
    }
}
